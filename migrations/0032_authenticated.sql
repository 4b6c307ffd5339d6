-- Up Migration

-- Everybody who is logged in (DAV:authenticated, RFC 3744 section 5.5.1) as one that things are granted to: a row that the first
-- such grant makes. It is no account, has no URL, and all belong to it without being members (server/store/grants.ts).
alter table principal drop constraint principal_kind_check;
alter table principal add constraint principal_kind_check
  check (kind in ('individual', 'group', 'room', 'resource', 'authenticated'));

-- Down Migration

delete from principal where kind = 'authenticated';
alter table principal drop constraint principal_kind_check;
alter table principal add constraint principal_kind_check check (kind in ('individual', 'group', 'room', 'resource'));
