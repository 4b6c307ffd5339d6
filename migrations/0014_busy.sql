-- Up Migration

-- What an occurrence means for who asks when somebody is busy: null that it takes no time, an FBTYPE
-- (RFC 5545 section 3.2.9) that it takes exactly this time; empty that the text of the object must decide, as
-- it must for what was stored before.
alter table occurrence add column busy text default '';

-- Down Migration

alter table occurrence drop column busy;
