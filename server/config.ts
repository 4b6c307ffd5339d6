import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { variables, type Variable } from "./config/variable.ts";
import { Settings } from "./config/variables.ts";
import { errorMessage, Failure } from "./failure.ts";
import { nearest } from "./nearest.ts";

type Values = z.output<typeof Settings>;
type Credential = Values["push"]["apple"]["calendar"];
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The whole configuration of a process: validated, complete, frozen. Sizes in bytes, times in seconds. */
export type Config = DeepReadonly<ReturnType<typeof arrange>>;

/** The variable that says where the others are; read before them. */
export const ENV_FILE: Variable = {
  name: "PUSHDAV_ENV_FILE",
  about: "File with further variables, `NAME=value` a line; the environment goes before it.",
  default: ".env",
  example: "/etc/pushdav/env",
};

/** Read by the tests, not by the server. */
const FOR_TESTS = /^PUSHDAV_(TEST_|CORPUS$)/;

/** Every variable, in the order of the table. */
export function listVariables(shape: z.core.$ZodShape = Settings.shape): Variable[] {
  return Object.values(shape).flatMap((schema) => {
    if (schema instanceof z.ZodObject) return listVariables(schema.shape);
    return variables.get(schema) ?? [];
  });
}

/** What the environment says, in the shape of the settings. */
function collect(shape: z.core.$ZodShape, environment: Environment): Record<string, unknown> {
  const entries = Object.entries(shape).map(([key, schema]) => {
    if (schema instanceof z.ZodObject) return [key, collect(schema.shape, environment)];
    const variable = variables.get(schema);
    const value = variable && environment[variable.name]?.trim();
    return [key, value || (variable?.default ?? null)];
  });
  return Object.fromEntries(entries);
}

function findVariable(path: readonly PropertyKey[]): Variable | undefined {
  let schema: unknown = Settings;
  for (const key of path) {
    if (!(schema instanceof z.ZodObject)) break;
    schema = schema.shape[String(key)];
  }
  return schema instanceof z.ZodType ? variables.get(schema) : undefined;
}

function describe(issue: z.core.$ZodIssue, environment: Environment): string {
  const variable = findVariable(issue.path);
  if (!variable) return issue.message;
  const value = environment[variable.name];
  const shown = variable.secret || value === undefined ? "" : `, not ${JSON.stringify(value)}`;
  return `${variable.name} ${issue.message}${shown} (for example ${variable.name}=${variable.example})`;
}

function checkTls(values: Values): string[] {
  const { tlsCertificate, tlsKey } = values.http;
  if ((tlsCertificate === null) === (tlsKey === null)) return [];
  const [given, missing] = tlsKey ? ["KEY", "CERT"] : ["CERT", "KEY"];
  return [
    `PUSHDAV_TLS_${missing} must be set too when PUSHDAV_TLS_${given} is` +
      ` (for example PUSHDAV_TLS_${missing}=/etc/pushdav/${missing.toLowerCase()}.pem)`,
  ];
}

function checkCredential(kind: string, credential: Credential): string[] {
  const prefix = `PUSHDAV_APPLE_${kind}`;
  const { certificate, key, p8, keyId, teamId, topic } = credential;
  if (certificate && p8) {
    return [
      `${prefix}_P8 must not be set together with ${prefix}_CERTIFICATE (leave one of them out)`,
    ];
  }
  if (key && !certificate) {
    return [
      `${prefix}_CERTIFICATE must be set too when ${prefix}_KEY is (for example ${prefix}_CERTIFICATE=calendar.pem)`,
    ];
  }
  const needed = { P8_KEY_ID: keyId, P8_TEAM_ID: teamId, TOPIC: topic };
  const missing = Object.entries(needed).filter(([, value]) => p8 && value === null);
  return missing.map(([suffix]) => {
    const name = `${prefix}_${suffix}`;
    const example = listVariables().find((variable) => variable.name === name)?.example;
    return `${name} must be set too when ${prefix}_P8 is (for example ${name}=${example})`;
  });
}

function checkUnknown(environment: Environment): string[] {
  const known = [ENV_FILE, ...listVariables()].map((variable) => variable.name);
  return Object.keys(environment)
    .filter((name) => name.startsWith("PUSHDAV_") && !known.includes(name) && !FOR_TESTS.test(name))
    .map((name) => {
      const near = nearest(name, known);
      return `${name} is not a setting of pushdav${near ? ` (did you mean ${near}?)` : ""}`;
    });
}

const given = (credential: Credential) =>
  credential.certificate === null && credential.p8 === null ? null : credential;

/** Settings → configuration: what belongs together becomes one value, or null. */
function arrange(values: Values) {
  const { tlsCertificate, tlsKey, ...http } = values.http;
  const { apple } = values.push;
  const { publicUrl } = http;
  const tls = tlsCertificate && tlsKey ? { certificate: tlsCertificate, key: tlsKey } : null;
  return {
    ...values,
    http: { ...http, tls },
    dataFolder: resolve(values.dataFolder),
    push: {
      ...values.push,
      publicUrl,
      contact: values.push.contact ?? (publicUrl?.startsWith("https:") ? publicUrl : null),
      apple: {
        ...apple,
        calendar: given(apple.calendar),
        contacts: given(apple.contacts),
        pushType: apple.pushType === "none" ? "" : apple.pushType,
        aps: apple.aps === "content-available",
      },
    },
  };
}

/** Freezes an object and all that is in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/**
 * Makes the configuration from environment variables.
 * @throws Failure with one line for each variable that is wrong
 */
export function readConfig(environment: Environment): Config {
  const unknown = checkUnknown(environment);
  const result = Settings.safeParse(collect(Settings.shape, environment));
  const wrong = result.success
    ? [
        ...checkTls(result.data),
        ...checkCredential("CALENDAR", result.data.push.apple.calendar),
        ...checkCredential("CONTACTS", result.data.push.apple.contacts),
      ]
    : result.error.issues.map((issue) => describe(issue, environment));
  if (!result.success || wrong.length + unknown.length > 0) {
    throw new Failure([...unknown, ...wrong].join("\n"));
  }
  return deepFreeze(arrange(result.data));
}

/**
 * Adds the variables of PUSHDAV_ENV_FILE, or of `.env` in the working directory if there is one.
 * @throws Failure when the named file cannot be read
 */
export function readEnvironment(environment: Environment): Environment {
  const named = environment[ENV_FILE.name];
  const path = named ?? ENV_FILE.default ?? "";
  if (!named && !existsSync(path)) return environment;
  try {
    return { ...parseEnv(readFileSync(path, "utf8")), ...environment };
  } catch (error) {
    throw new Failure(
      `${ENV_FILE.name} must be a file that can be read (${errorMessage(error)};` +
        ` for example ${ENV_FILE.name}=${ENV_FILE.example})`,
    );
  }
}
