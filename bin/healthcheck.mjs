/** Exits with 0 if the server of this container is ready. For Dockerfile's HEALTHCHECK. */
import http from "node:http";
import https from "node:https";

const { PORT = "8080", PUSHDAV_TLS_CERT } = process.env;
const client = PUSHDAV_TLS_CERT ? https : http;
// The certificate is for the public name, not for this address.
const options = { host: "127.0.0.1", port: PORT, path: "/readyz", rejectUnauthorized: false };

client
  .get(options, (response) => process.exit(response.statusCode === 200 ? 0 : 1))
  .on("error", () => process.exit(1));
