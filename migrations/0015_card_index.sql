-- Up Migration

-- Keys by which cards are found (dav/vcard/search-keys.ts), each with the id of the collection before it, so that
-- what a search costs does not grow with what others have stored. What was stored before has the key of cards whose text
-- must decide, and one that makes the background process give it its own.
create table card_index (
  principal_id bigint not null,
  collection_id bigint not null,
  object_name text not null,
  keys tsvector not null,
  primary key (principal_id, collection_id, object_name),
  foreign key (principal_id, collection_id, object_name)
    references object (principal_id, collection_id, name) on delete cascade
);

-- A short list of what is not merged in yet: writing stays cheap, and searching it too.
create index card_index_keys on card_index using gin (keys)
  with (fastupdate = on, gin_pending_list_limit = 256);

insert into card_index (principal_id, collection_id, object_name, keys)
select principal_id, collection_id, name, array_to_tsvector(array[collection_id || ':?', 'unfilled'])
from object where component = 'VCARD' and data is not null;

-- Down Migration

drop table card_index;
