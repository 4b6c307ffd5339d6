-- Up Migration

-- The key pairs by which push services know this server (RFC 8292). The newest is in force.
create table vapid_key (
  public_key text primary key,
  private_key text not null,
  created_at timestamptz not null default clock_timestamp()
);

-- Down Migration

drop table vapid_key;
