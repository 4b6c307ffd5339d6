import { watchFile, readFileSync, unwatchFile } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { errorCode, errorMessage, Failure } from "../failure.ts";

export interface Listening {
  readonly port: number;
  /** Takes no more connections, lets running requests finish for so many seconds, then cuts them off. */
  close(seconds: number): Promise<void>;
}

/** Milliseconds between looks at the certificate's files. */
const CERTIFICATE_INTERVAL = 60_000;

/** Limits against clients that hold connections without using them, in milliseconds and bytes. */
function limits(config: Config["http"]) {
  return {
    headersTimeout: 20_000,
    requestTimeout: config.requestTimeout * 1000,
    /** Longer than the 60 s for which proxies commonly keep a connection, so that they close first. */
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 5000,
    maxHeaderSize: 32_768,
  };
}

function readTls(tls: { certificate: string; key: string }) {
  return {
    cert: readFileSync(tls.certificate),
    key: readFileSync(tls.key),
    minVersion: "TLSv1.2",
  } as const;
}

function openTlsServer(
  tls: { certificate: string; key: string },
  config: Config["http"],
  handler: RequestListener,
): TlsServer {
  try {
    return createTlsServer({ ...limits(config), ...readTls(tls) }, handler);
  } catch (error) {
    throw new Failure(
      `PUSHDAV_TLS_CERT and PUSHDAV_TLS_KEY must be a PEM certificate and its key (${errorMessage(error)})`,
    );
  }
}

/**
 * Takes a renewed certificate into use. Both files are watched, because they are not written at once.
 * @returns a function that stops it
 */
function followCertificate(
  server: TlsServer,
  tls: { certificate: string; key: string },
  interval: number,
  log: Logger,
): () => void {
  const reload = () => {
    try {
      server.setSecureContext(readTls(tls));
      log.info("read the TLS certificate again");
    } catch (error) {
      log.error({ err: error }, "the new TLS certificate or key cannot be used; the old one stays");
    }
  };
  const files = [tls.certificate, tls.key];
  for (const file of files) watchFile(file, { interval, persistent: false }, reload);
  return () => {
    for (const file of files) unwatchFile(file, reload);
  };
}

function listenFailure(error: Error, { port, host }: Config["http"]): Failure {
  const place = `port ${port}${host ? ` of ${host}` : ""}`;
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return new Failure(`${place} is in use by another program; set PORT to a free one`);
    case "EACCES":
      return new Failure(`${place} needs rights that this user lacks; set PORT to one above 1023`);
    default:
      return new Failure(`cannot listen on ${place}: ${error.message}; set PUSHDAV_HOST and PORT`);
  }
}

/** Knows the answers under way, and ends their connections with them once the server closes. */
function closing(server: Server | TlsServer): (seconds: number) => Promise<void> {
  const running = new Set<ServerResponse>();
  let ending = false;
  server.on("request", (_request, response) => {
    running.add(response);
    if (ending) response.setHeader("Connection", "close");
    response.once("close", () => running.delete(response));
  });
  return async (seconds) => {
    ending = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const response of running) {
      if (!response.headersSent) response.setHeader("Connection", "close");
    }
    const cutOff = setTimeout(() => server.closeAllConnections(), seconds * 1000);
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    await closed;
    clearTimeout(cutOff);
    clearInterval(sweep);
  };
}

/**
 * Serves http, or https when certificate files are configured.
 * @throws Failure when the port or the certificate cannot be used
 */
export async function listen(
  handler: RequestListener,
  config: Config["http"],
  log: Logger,
  certificateInterval: number = CERTIFICATE_INTERVAL,
): Promise<Listening> {
  const { tls } = config;
  const server = tls ? openTlsServer(tls, config, handler) : createServer(limits(config), handler);
  const unfollow =
    tls && server instanceof TlsServer
      ? followCertificate(server, tls, certificateInterval, log)
      : null;
  const close = closing(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenFailure(error, config)));
    const address = { port: config.port, ...(config.host === null ? {} : { host: config.host }) };
    server.listen(address, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : config.port,
    close: async (seconds) => {
      unfollow?.();
      await close(seconds);
    },
  };
}
