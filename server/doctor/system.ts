import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { errorMessage } from "../failure.ts";
import { fail, ok, warn, type Check, type Finding } from "./check.ts";

const GIB = 2 ** 30;
const DAY = 86_400_000;
/** Days before its end at which a certificate should have been renewed. */
const RENEW_DAYS = 14;

function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

export const checkDisk: Check = async ({ config }) => {
  if (config.database.url !== null) return [];
  const { bavail, blocks, bsize } = statfsSync(existing(config.dataFolder));
  const free = bavail * bsize;
  const found = `${(free / GIB).toFixed(1)} GiB free for ${config.dataFolder}`;
  const mend = "make room, or move the folder and set PUSHDAV_DATA";
  if (free < GIB / 4) return [fail("disk", found, mend)];
  return [free < GIB || bavail / blocks < 0.05 ? warn("disk", found, mend) : ok("disk", found)];
};

function judgeCertificate(path: string, now: Date): Finding {
  const certificate = new X509Certificate(readFileSync(path));
  const end = certificate.validToDate;
  const days = Math.floor((end.getTime() - now.getTime()) / DAY);
  const found = `${certificate.subjectAltName ?? certificate.subject}, valid until ${end.toISOString().slice(0, 10)}`;
  const mend = "renew the certificate in PUSHDAV_TLS_CERT; it is taken into use by itself";
  if (days < 0) return fail("certificate", found, mend);
  return days < RENEW_DAYS ? warn("certificate", found, mend) : ok("certificate", found);
}

export const checkCertificate: Check = async ({ config, now }) => {
  const { tls } = config.http;
  if (!tls) return [];
  try {
    readFileSync(tls.key);
    return [judgeCertificate(tls.certificate, now())];
  } catch (error) {
    const mend = "set PUSHDAV_TLS_CERT and PUSHDAV_TLS_KEY to PEM files that pushdav may read";
    return [fail("certificate", errorMessage(error), mend)];
  }
};
