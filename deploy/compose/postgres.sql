-- A login for queries of people: it may read what the service's login makes, and nothing else.
CREATE ROLE sentinel_reader LOGIN PASSWORD 'read-only';
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO sentinel_reader;
