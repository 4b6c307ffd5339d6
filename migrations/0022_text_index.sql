-- Up Migration

-- The keys of cards become those of all objects (dav/search/keys.ts). Calendar objects that were stored before are marked
-- as cards were: their text must decide until the background process gives them their own keys.
alter table card_index rename to text_index;
alter index card_index_pkey rename to text_index_pkey;
alter index card_index_keys rename to text_index_keys;
alter table text_index rename constraint card_index_principal_id_collection_id_object_name_fkey
  to text_index_principal_id_collection_id_object_name_fkey;

insert into text_index (principal_id, collection_id, object_name, keys)
select principal_id, collection_id, name, array_to_tsvector(array[collection_id || ':?', 'unfilled'])
from object where component <> 'VCARD' and data is not null
on conflict do nothing;

-- Down Migration

delete from text_index i using object o
where o.principal_id = i.principal_id and o.collection_id = i.collection_id and o.name = i.object_name
  and o.component <> 'VCARD';
alter table text_index rename constraint text_index_principal_id_collection_id_object_name_fkey
  to card_index_principal_id_collection_id_object_name_fkey;
alter index text_index_keys rename to card_index_keys;
alter index text_index_pkey rename to card_index_pkey;
alter table text_index rename to card_index;
