-- The schema after all migrations. Made by `npm run schema`; kept true by a test.

create table access (
  principal_id bigint not null,
  collection_id bigint not null,
  grantee_id bigint not null,
  privileges text[] not null,
  inherited boolean not null default false
);

create table app_password (
  id bigint not null generated always as identity,
  principal_id bigint not null,
  label text not null,
  hash bytea not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone
);

create table binding (
  principal_id bigint not null,
  home text not null,
  name text not null,
  owner_id bigint,
  collection_id bigint,
  changed_seq bigint not null,
  unbound_seq bigint,
  unbound_id bigint
);

create table collection (
  principal_id bigint not null,
  id bigint not null generated always as identity,
  kind text not null,
  uuid uuid not null default gen_random_uuid(),
  sync_seq bigint not null,
  components text[] not null default '{}'::text[],
  properties jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  subscribed boolean not null default false,
  push_key text not null default gen_random_uuid()
);

create table feed (
  principal_id bigint not null,
  collection_id bigint not null,
  due_at timestamp with time zone not null default now(),
  claimed_until timestamp with time zone,
  failures integer not null default 0,
  etag text,
  last_modified text,
  fetched_at timestamp with time zone,
  error text
);

create table file (
  principal_id bigint not null,
  id bigint not null generated always as identity,
  parent_id bigint,
  name text not null,
  changed_seq bigint not null,
  etag text,
  content_type text,
  data bytea,
  size bigint generated always as (octet_length(data)) stored,
  properties jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  modified_at timestamp with time zone not null default now()
);

create table file_access (
  principal_id bigint not null,
  file_id bigint not null,
  grantee_id bigint not null,
  privileges text[] not null
);

create table file_tombstone (
  principal_id bigint not null,
  parent_id bigint not null,
  name text not null,
  changed_seq bigint not null
);

create table group_member (
  group_id bigint not null,
  member_id bigint not null
);

create table home (
  principal_id bigint not null,
  kind text not null,
  uuid uuid not null default gen_random_uuid(),
  sync_seq bigint not null default 1,
  push_key text not null,
  properties jsonb not null default '{}'::jsonb,
  locked_until timestamp with time zone,
  used bigint not null default 0
);

create table home_access (
  principal_id bigint not null,
  home text not null,
  grantee_id bigint not null,
  privileges text[] not null
);

create table lock (
  principal_id bigint not null,
  token uuid not null default gen_random_uuid(),
  home text not null,
  names text[] not null,
  href text not null,
  infinite boolean not null,
  exclusive boolean not null,
  creator_id bigint not null,
  owner text,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null
);

create table login_flow (
  page_hash bytea not null,
  poll_hash bytea not null,
  client text not null,
  address text not null,
  expires_at timestamp with time zone not null,
  principal_id bigint
);

create table migration (
  id integer not null default nextval('migration_id_seq'::regclass),
  name character varying(255) not null,
  run_on timestamp without time zone not null
);

create table object (
  principal_id bigint not null,
  collection_id bigint not null,
  name text not null,
  changed_seq bigint not null,
  uid text,
  component text,
  etag text,
  content_type text,
  data bytea,
  properties jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null,
  modified_at timestamp with time zone not null,
  made_seq bigint,
  changed_by bigint,
  gone_seq bigint
);

create table occurrence (
  principal_id bigint not null,
  collection_id bigint not null,
  object_name text not null,
  component text not null,
  starts bigint not null,
  ends bigint not null,
  floating boolean not null,
  exact boolean not null,
  class smallint not null generated always as (
CASE
    WHEN ((ends - starts) <= 86400) THEN 0
    WHEN ((ends - starts) <= 2678400) THEN 1
    ELSE 2
END) stored,
  busy text default ''::text
);

create table outbox (
  id bigint not null generated always as identity,
  principal_id bigint not null,
  home text not null,
  collection_id bigint,
  seq bigint not null,
  change text not null,
  actor_id bigint,
  changed_at timestamp with time zone not null default clock_timestamp(),
  silenced text[] not null default '{}'::text[]
);

create table principal (
  id bigint not null generated always as identity,
  kind text not null,
  name text not null,
  display_name text not null,
  password_hash text,
  disabled_at timestamp with time zone,
  last_login_at timestamp with time zone,
  properties jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  quota bigint
);

create table principal_address (
  principal_id bigint not null,
  "position" smallint not null,
  address text not null
);

create table push_delivery (
  subscription_id bigint not null,
  generation bigint not null default 1,
  first_changed_at timestamp with time zone not null,
  last_changed_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  claimed_until timestamp with time zone,
  attempts integer not null default 0,
  latest_at timestamp with time zone not null,
  content boolean not null default true,
  property boolean not null default false,
  transport text not null,
  topic text not null,
  origin text not null,
  ready_at timestamp with time zone not null generated always as (GREATEST(due_at, claimed_until)) stored
);

create table push_origin (
  origin text not null,
  failures integer not null,
  blocked_until timestamp with time zone not null,
  error text not null
);

create table push_subscription (
  id bigint not null generated always as identity,
  principal_id bigint not null,
  transport text not null,
  endpoint text not null,
  topic text not null,
  user_agent text not null default ''::text,
  address text not null default ''::text,
  created_at timestamp with time zone not null,
  refreshed_at timestamp with time zone not null,
  silent_since timestamp with time zone,
  last_attempt_at timestamp with time zone,
  last_success_at timestamp with time zone,
  last_error text,
  public_id text not null default replace((gen_random_uuid())::text, '-'::text, ''::text),
  identity text not null,
  origin text not null default ''::text,
  owner_id bigint not null,
  home text,
  collection_id bigint,
  shared boolean not null default false,
  on_content boolean not null default true,
  on_property boolean not null default true,
  on_own boolean not null default true,
  details jsonb not null default '{}'::jsonb,
  told jsonb not null default '{}'::jsonb,
  expires_at timestamp with time zone not null,
  removed_at timestamp with time zone,
  failing_since timestamp with time zone,
  delivered bigint not null default 0,
  gap real not null default 0,
  app_password_id bigint
);

create table text_index (
  principal_id bigint not null,
  collection_id bigint not null,
  object_name text not null,
  keys tsvector not null
);

create table vapid_key (
  public_key text not null,
  private_key text not null,
  created_at timestamp with time zone not null default clock_timestamp()
);

alter table access add constraint access_pkey PRIMARY KEY (principal_id, collection_id, grantee_id, inherited);

alter table access add constraint access_privileges_check CHECK ((cardinality(privileges) > 0));

alter table app_password add constraint app_password_hash_key UNIQUE (hash);

alter table app_password add constraint app_password_pkey PRIMARY KEY (id);

alter table binding add constraint binding_check CHECK (((owner_id IS NULL) = (collection_id IS NULL)));

alter table binding add constraint binding_name_check CHECK (((name <> ''::text) AND (octet_length(name) <= 255)));

alter table binding add constraint binding_pkey PRIMARY KEY (principal_id, home, name);

alter table collection add constraint collection_kind_check CHECK ((kind = ANY (ARRAY['calendar'::text, 'addressbook'::text])));

alter table collection add constraint collection_pkey PRIMARY KEY (principal_id, id);

alter table collection add constraint collection_push_key_key UNIQUE (push_key);

alter table collection add constraint collection_uuid_key UNIQUE (uuid);

alter table feed add constraint feed_pkey PRIMARY KEY (principal_id, collection_id);

alter table file add constraint file_check CHECK (((octet_length(name) <= 255) AND ((name = ''::text) = (parent_id IS NULL))));

alter table file add constraint file_check1 CHECK ((((data IS NULL) = (etag IS NULL)) AND ((data IS NULL) = (content_type IS NULL))));

alter table file add constraint file_pkey PRIMARY KEY (principal_id, id);

alter table file add constraint file_principal_id_parent_id_name_key UNIQUE (principal_id, parent_id, name);

alter table file_access add constraint file_access_pkey PRIMARY KEY (principal_id, file_id, grantee_id);

alter table file_access add constraint file_access_privileges_check CHECK ((cardinality(privileges) > 0));

alter table file_tombstone add constraint file_tombstone_pkey PRIMARY KEY (principal_id, parent_id, name);

alter table group_member add constraint group_member_pkey PRIMARY KEY (group_id, member_id);

alter table home add constraint home_kind_check CHECK ((kind = ANY (ARRAY['calendars'::text, 'addressbooks'::text, 'files'::text])));

alter table home add constraint home_pkey PRIMARY KEY (principal_id, kind);

alter table home add constraint home_push_key_key UNIQUE (push_key);

alter table home add constraint home_uuid_key UNIQUE (uuid);

alter table home_access add constraint home_access_pkey PRIMARY KEY (principal_id, home, grantee_id);

alter table home_access add constraint home_access_privileges_check CHECK ((cardinality(privileges) > 0));

alter table lock add constraint lock_pkey PRIMARY KEY (principal_id, token);

alter table login_flow add constraint login_flow_pkey PRIMARY KEY (page_hash);

alter table login_flow add constraint login_flow_poll_hash_key UNIQUE (poll_hash);

alter table migration add constraint migration_pkey PRIMARY KEY (id);

alter table object add constraint object_check CHECK ((((data IS NULL) = (uid IS NULL)) AND ((data IS NULL) = (etag IS NULL)) AND ((data IS NULL) = (content_type IS NULL))));

alter table object add constraint object_name_check CHECK (((name <> ''::text) AND (octet_length(name) <= 255)));

alter table object add constraint object_pkey PRIMARY KEY (principal_id, collection_id, name);

alter table occurrence add constraint occurrence_check CHECK ((starts < ends));

alter table outbox add constraint outbox_change_check CHECK ((change = ANY (ARRAY['content'::text, 'property'::text])));

alter table outbox add constraint outbox_pkey PRIMARY KEY (id);

alter table principal add constraint principal_kind_check CHECK ((kind = ANY (ARRAY['individual'::text, 'group'::text, 'room'::text, 'resource'::text, 'authenticated'::text])));

alter table principal add constraint principal_name_check CHECK (((name <> ''::text) AND (octet_length(name) <= 255)));

alter table principal add constraint principal_name_key UNIQUE (name);

alter table principal add constraint principal_pkey PRIMARY KEY (id);

alter table principal add constraint principal_quota_check CHECK ((quota >= 0));

alter table principal_address add constraint principal_address_pkey PRIMARY KEY (principal_id, "position");

alter table push_delivery add constraint push_delivery_pkey PRIMARY KEY (subscription_id);

alter table push_origin add constraint push_origin_pkey PRIMARY KEY (origin);

alter table push_subscription add constraint push_subscription_pkey PRIMARY KEY (id);

alter table push_subscription add constraint push_subscription_public_id_key UNIQUE (public_id);

alter table push_subscription add constraint push_subscription_transport_identity_key UNIQUE (transport, identity);

alter table text_index add constraint text_index_pkey PRIMARY KEY (principal_id, collection_id, object_name);

alter table vapid_key add constraint vapid_key_pkey PRIMARY KEY (public_key);

alter table access add constraint access_grantee_id_fkey FOREIGN KEY (grantee_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table access add constraint access_principal_id_collection_id_fkey FOREIGN KEY (principal_id, collection_id) REFERENCES collection(principal_id, id) ON DELETE CASCADE;

alter table app_password add constraint app_password_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table binding add constraint binding_owner_id_collection_id_fkey FOREIGN KEY (owner_id, collection_id) REFERENCES collection(principal_id, id) ON DELETE SET NULL;

alter table binding add constraint binding_principal_id_home_fkey FOREIGN KEY (principal_id, home) REFERENCES home(principal_id, kind) ON DELETE CASCADE;

alter table collection add constraint collection_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table feed add constraint feed_principal_id_collection_id_fkey FOREIGN KEY (principal_id, collection_id) REFERENCES collection(principal_id, id) ON DELETE CASCADE;

alter table file add constraint file_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table file add constraint file_principal_id_parent_id_fkey FOREIGN KEY (principal_id, parent_id) REFERENCES file(principal_id, id);

alter table file_access add constraint file_access_grantee_id_fkey FOREIGN KEY (grantee_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table file_access add constraint file_access_principal_id_file_id_fkey FOREIGN KEY (principal_id, file_id) REFERENCES file(principal_id, id) ON DELETE CASCADE;

alter table file_tombstone add constraint file_tombstone_principal_id_parent_id_fkey FOREIGN KEY (principal_id, parent_id) REFERENCES file(principal_id, id) ON DELETE CASCADE;

alter table group_member add constraint group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table group_member add constraint group_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table home add constraint home_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table home_access add constraint home_access_grantee_id_fkey FOREIGN KEY (grantee_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table home_access add constraint home_access_principal_id_home_fkey FOREIGN KEY (principal_id, home) REFERENCES home(principal_id, kind) ON DELETE CASCADE;

alter table lock add constraint lock_creator_id_fkey FOREIGN KEY (creator_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table lock add constraint lock_principal_id_home_fkey FOREIGN KEY (principal_id, home) REFERENCES home(principal_id, kind) ON DELETE CASCADE;

alter table login_flow add constraint login_flow_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table object add constraint object_principal_id_collection_id_fkey FOREIGN KEY (principal_id, collection_id) REFERENCES collection(principal_id, id) ON DELETE CASCADE;

alter table occurrence add constraint occurrence_principal_id_collection_id_object_name_fkey FOREIGN KEY (principal_id, collection_id, object_name) REFERENCES object(principal_id, collection_id, name) ON DELETE CASCADE;

alter table principal_address add constraint principal_address_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table push_delivery add constraint push_delivery_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES push_subscription(id) ON DELETE CASCADE;

alter table push_subscription add constraint push_subscription_app_password_id_fkey FOREIGN KEY (app_password_id) REFERENCES app_password(id) ON DELETE CASCADE;

alter table push_subscription add constraint push_subscription_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table push_subscription add constraint push_subscription_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES principal(id) ON DELETE CASCADE;

alter table text_index add constraint text_index_principal_id_collection_id_object_name_fkey FOREIGN KEY (principal_id, collection_id, object_name) REFERENCES object(principal_id, collection_id, name) ON DELETE CASCADE;

CREATE INDEX access_grantee ON public.access USING btree (grantee_id, principal_id);

CREATE INDEX app_password_principal ON public.app_password USING btree (principal_id);

CREATE UNIQUE INDEX binding_collection ON public.binding USING btree (owner_id, collection_id, principal_id);

CREATE INDEX feed_due ON public.feed USING btree (due_at);

CREATE INDEX file_access_grantee ON public.file_access USING btree (grantee_id);

CREATE UNIQUE INDEX file_home ON public.file USING btree (principal_id) WHERE (parent_id IS NULL);

CREATE INDEX group_member_member ON public.group_member USING btree (member_id, group_id);

CREATE INDEX home_access_grantee ON public.home_access USING btree (grantee_id);

CREATE INDEX lock_creator ON public.lock USING btree (creator_id);

CREATE INDEX lock_home ON public.lock USING btree (principal_id, home);

CREATE INDEX login_flow_expires ON public.login_flow USING btree (expires_at);

CREATE UNIQUE INDEX object_changed ON public.object USING btree (principal_id, collection_id, changed_seq);

CREATE UNIQUE INDEX object_uid ON public.object USING btree (principal_id, collection_id, uid) WHERE (uid IS NOT NULL);

CREATE INDEX occurrence_object ON public.occurrence USING btree (principal_id, collection_id, object_name);

CREATE INDEX occurrence_time ON public.occurrence USING btree (principal_id, collection_id, class, starts);

CREATE UNIQUE INDEX principal_address_address ON public.principal_address USING btree (lower(address));

CREATE INDEX push_delivery_lane ON public.push_delivery USING btree (transport, topic, origin, ready_at);

CREATE INDEX push_delivery_ready ON public.push_delivery USING btree (transport, ready_at);

CREATE INDEX push_subscription_app_password ON public.push_subscription USING btree (app_password_id);

CREATE INDEX push_subscription_principal ON public.push_subscription USING btree (principal_id);

CREATE INDEX push_subscription_shared ON public.push_subscription USING btree (principal_id) WHERE shared;

CREATE INDEX push_subscription_target ON public.push_subscription USING btree (owner_id, home, collection_id);

CREATE INDEX text_index_keys ON public.text_index USING gin (keys) WITH (fastupdate='on', gin_pending_list_limit='1024');
