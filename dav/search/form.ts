/**
 * The form of text in which objects are searched by their keys: coarser than every collation, and made character by
 * character. So text that holds another in the sense of any collation holds it in this form too. Without
 * marks, because Unicode may bring them into another order where they meet; without control characters, which
 * the database does not take.
 */
export function searchForm(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toUpperCase();
  const folded = text.normalize("NFKD").toUpperCase().normalize("NFKD");
  return folded.replace(/[\p{M}\p{Cc}\p{Cs}]/gu, "");
}
