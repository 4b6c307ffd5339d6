/** The part of http_ece that tests use; it comes without types. */
declare module "http_ece" {
  import type { ECDH } from "node:crypto";

  interface Parameters {
    readonly version: "aes128gcm";
    readonly privateKey: ECDH;
    readonly authSecret: Buffer | string;
  }

  function decrypt(body: Buffer, parameters: Parameters): Buffer;
  export default { decrypt };
}
