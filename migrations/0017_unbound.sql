-- Up Migration

-- The number of the last time that the name was taken from a collection: who synchronizes a home with what is below it must hear
-- that the old one went, also when another one has the name since.
alter table binding add column unbound_seq bigint;
update binding set unbound_seq = changed_seq where collection_id is null;

-- Down Migration

alter table binding drop column unbound_seq;
