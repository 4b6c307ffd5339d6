-- Up Migration

-- What a webhook tells of what went. The number at which the object went that had the name before this one: who knew that
-- one must hear of the end of this one, though it came and went in between.
alter table object add column gone_seq bigint;
-- The collection from which the name was taken last: a webhook for it is told so.
alter table binding add column unbound_id bigint;

-- Down Migration

alter table object drop column gone_seq;
alter table binding drop column unbound_id;
