import type { Middleware } from "koa";
import type { Pool } from "pg";
import { ACCOUNTS_CHANNEL, findLogin, updateLogin } from "../store/accounts.ts";
import { findAppPassword } from "../store/app-passwords.ts";
import { listen } from "../store/listen.ts";
import { Authenticator } from "./authenticator.ts";
import type { AuthenticatorOptions } from "./authenticator.ts";
import { basicAuthentication } from "./basic.ts";
import type { AuthState } from "./basic.ts";

export interface Authentication {
  /** Sets `ctx.state.principal`, or answers. */
  readonly middleware: Middleware<AuthState>;
  /** What the middleware decides by, for those who ask in another way. */
  readonly authenticate: Authenticator["authenticate"];
  /**
   * Calls back when credentials that were right may be so no more.
   *
   * @param changed takes the name of the account, or null when it may be any: for a time no news arrived
   */
  onChange(changed: (account: string | null) => void): void;
  /** Resolves when news of changed accounts arrives for the first time. */
  readonly listening: Promise<void>;
  /** Stops listening for changed accounts. */
  close(): Promise<void>;
}

/**
 * Authentication over the accounts in a database. Until its listening connection is up, everything
 * is verified anew.
 */
export function openAuthentication(pool: Pool, options?: AuthenticatorOptions): Authentication {
  const authenticator = new Authenticator(
    {
      findLogin: (login) => findLogin(pool, login),
      findAppPassword: (principalId, hash) => findAppPassword(pool, principalId, hash),
      loggedIn: (login, newHash) => updateLogin(pool, login, newHash),
    },
    options,
  );
  const first = Promise.withResolvers<void>();
  const watchers: ((account: string | null) => void)[] = [];
  const tell = (account: string | null) => {
    for (const changed of watchers) changed(account);
  };
  const listener = listen(pool.options, ACCOUNTS_CHANNEL, {
    notified: (name) => {
      authenticator.accountChanged(name);
      tell(name);
    },
    listening: (listening) => {
      authenticator.setListening(listening);
      tell(null);
      if (listening) first.resolve();
    },
  });
  return {
    middleware: basicAuthentication(authenticator),
    authenticate: (credentials, address) => authenticator.authenticate(credentials, address),
    onChange: (changed) => watchers.push(changed),
    listening: first.promise,
    close: () => listener.close(),
  };
}
