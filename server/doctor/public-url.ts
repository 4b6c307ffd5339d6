import { errorMessage } from "../failure.ts";
import { fail, ok, warn, type Check } from "./check.ts";

const TIMEOUT = 5000;

/** What is wrong with how the server is reached, or null. */
async function findObstacle(url: string): Promise<string | null> {
  try {
    const options = { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) } as const;
    const response = await fetch(new URL("/healthz", url), options);
    const body = await response.text();
    return response.status === 200 && body === "ok\n"
      ? null
      : `${url}/healthz answers ${response.status}, and not as pushdav does`;
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return `${url} does not answer (${errorMessage(cause)})`;
  }
}

export const checkPublicUrl: Check = async ({ config }) => {
  const { publicUrl, tls, trustedProxies } = config.http;
  if (publicUrl === null) {
    return tls || trustedProxies.length > 0
      ? [ok("public URL", "taken from each request")]
      : [
          warn(
            "public URL",
            "plain http: Apple's devices refuse it, and passwords can be read on the way",
            "set PUSHDAV_TLS_CERT and PUSHDAV_TLS_KEY, or PUSHDAV_PUBLIC_URL behind a proxy with TLS",
          ),
        ];
  }
  const obstacle = await findObstacle(publicUrl);
  if (obstacle !== null) {
    return [
      fail(
        "public URL",
        obstacle,
        "start pushdav, check DNS, the proxy and the firewall, or mend PUSHDAV_PUBLIC_URL",
      ),
    ];
  }
  return publicUrl.startsWith("https:")
    ? [ok("public URL", `${publicUrl} answers`)]
    : [warn("public URL", `${publicUrl} answers, without TLS`, "Apple's devices need https")];
};
