/** Where one credential for APNs lies: file paths, and what the files do not say themselves. */
export interface AppleCredentialConfig {
  /** PEM certificate (its key may be in the same file) or PKCS#12 file. */
  readonly certificate: string | null;
  readonly key: string | null;
  readonly passphrase: string | null;
  /** Token signing key (.p8), with the id of the key and of the team that owns it. */
  readonly p8: string | null;
  readonly keyId: string | null;
  readonly teamId: string | null;
  /** Overrides the topic in the certificate; a p8 key needs it. */
  readonly topic: string | null;
}

export interface AppleConfig {
  readonly calendar: AppleCredentialConfig | null;
  readonly contacts: AppleCredentialConfig | null;
  readonly host: string;
  readonly port: number;
  /** File of CA certificates to trust in place of the system's. */
  readonly ca: string | null;
  readonly environment: "PRODUCTION" | "SANDBOX";
  /** Seconds after which clients are asked to subscribe again. */
  readonly refreshInterval: number;
  /** Seconds APNs keeps a push for a device that is off line. */
  readonly expiration: number;
  readonly priority: number;
  /** The apns-push-type header; empty leaves it out. */
  readonly pushType: string;
  /** Whether payloads carry `"aps": {"content-available": 1}`. */
  readonly aps: boolean;
}

export interface PushConfig {
  /** Seconds in which the changes of a burst are folded into one push. */
  readonly window: number;
  readonly apple: AppleConfig;
}
