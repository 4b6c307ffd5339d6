/**
 * Which change announces which key, and who may hear it: the two questions every statement of this module asks,
 * kept here as SQL. A topic is named by a push key. Collections repeat the key of their owner's home, so every
 * change below a home announces that one key.
 */

/** Relation (push_key, principal_id, home): the keys a row of outbox announces, found by (principal_id, home). */
export const KEYS_OF_HOME = "select push_key, principal_id, kind as home from home";

/** Relation (push_key, home, reader_id): everybody who may read what a key names. */
export const READERS = `
  select home.push_key, home.kind as home, principal.id as reader_id
  from home join principal on principal.id = home.principal_id
  where principal.disabled_at is null`;
