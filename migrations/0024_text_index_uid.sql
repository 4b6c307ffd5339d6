-- Up Migration

-- Events are found by part of their UID as by their other texts: they get their keys anew from the background process.
update text_index i set keys = array_to_tsvector(array[i.collection_id || ':?', 'unfilled'])
from object o
where o.principal_id = i.principal_id and o.collection_id = i.collection_id and o.name = i.object_name
  and o.component <> 'VCARD';

-- What is merged in at once shares pages of the index. Lists of 256 kB, which is fifty events, wrote 24 kB of WAL for an event;
-- those of 1 MB write 14 kB, and make a search 0.3 ms longer at most.
alter index text_index_keys set (gin_pending_list_limit = 1024);

-- Down Migration

alter index text_index_keys set (gin_pending_list_limit = 256);
