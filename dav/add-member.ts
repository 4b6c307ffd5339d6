/** The query that makes the URL of a collection its Add-Member URI (RFC 5995). */
export const ADD_MEMBER = "add-member";
