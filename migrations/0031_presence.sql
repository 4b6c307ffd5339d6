-- Up Migration

-- Calendar objects are found by the properties and parts that they have, too (dav/icalendar/search-keys.ts): they get their
-- keys anew from the background process.
update text_index i set keys = array_to_tsvector(array[i.collection_id || ':?', 'unfilled'])
from object o
where o.principal_id = i.principal_id and o.collection_id = i.collection_id and o.name = i.object_name
  and o.component <> 'VCARD';

-- Down Migration

-- More keys than are asked for do no harm.
