-- Up Migration

-- What a webhook tells of an object: whether it is new (the number of the home when it was made), and who changed it last.
alter table object add column made_seq bigint, add column changed_by bigint;

-- Down Migration

alter table object drop column made_seq, drop column changed_by;
