-- A managed service: an administrator of the customer's who is no superuser, service
-- roles that this administrator cannot touch, and functions with a superuser's rights
-- for what the administrator is to have of those.  Each function that pg_gatekeeper
-- would refuse has the smallest label that lets it do its one thing.
--
-- In the configuration of the server:
--
--	shared_preload_libraries = 'pg_gatekeeper'
--	gatekeeper.protected_roles = 'svc_backup, svc_monitor'
--	gatekeeper.allowed_extensions = 'plpgsql, hstore, pg_trgm >= 1.5, citext, pg_stat_statements'
--
-- As a superuser, in each database of the customer's:
--
--	psql -v ON_ERROR_STOP=1 -d DATABASE -f managed-service.sql
--
-- Each function gives a customer's administrator one thing only: there is none that
-- executes a text.  Names are quoted by format(), and search_path is fixed.
--
-- Copyright (c) 2026, the pg_gatekeeper authors
-- SPDX-License-Identifier: PostgreSQL

SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'customer_admin') AS first \gset
\if :first
CREATE ROLE customer_admin LOGIN CREATEROLE CREATEDB;
CREATE ROLE svc_backup LOGIN REPLICATION;
CREATE ROLE svc_monitor LOGIN IN ROLE pg_monitor;
GRANT pg_signal_backend TO customer_admin;
\endif

BEGIN;
CREATE SCHEMA service;
GRANT USAGE ON SCHEMA service TO customer_admin, svc_monitor;

-- ---------------------------------------------------------------- no label needed

CREATE FUNCTION service.create_extension(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', name);
END $$;
COMMENT ON FUNCTION service.create_extension IS 'gatekeeper.allowed_extensions says which';

CREATE FUNCTION service.update_extension(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('ALTER EXTENSION %I UPDATE', name);
END $$;

CREATE FUNCTION service.reset_statistics() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT pg_stat_reset()';

CREATE FUNCTION service.publish_all(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('CREATE PUBLICATION %I FOR ALL TABLES', name);
END $$;

CREATE FUNCTION service.set_my_password(password text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('ALTER ROLE %I PASSWORD %L', session_user, password);
END $$;

CREATE FUNCTION service.log_all_statements() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT set_config('log_statement', 'all', false)
$$;
COMMENT ON FUNCTION service.log_all_statements IS 'more than before is logged, so nothing is taken away';

CREATE FUNCTION service.switch_wal() RETURNS pg_lsn
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT pg_switch_wal()';

-- ---------------------------------------------------------------- with a label

CREATE FUNCTION service.wal_files() RETURNS TABLE (name text, size bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
	'SELECT name, size FROM pg_ls_waldir()';
SECURITY LABEL FOR gatekeeper ON FUNCTION service.wal_files IS 'allow server_files';

CREATE FUNCTION service.log_files() RETURNS TABLE (name text, size bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
	'SELECT name, size FROM pg_ls_logdir()';
SECURITY LABEL FOR gatekeeper ON FUNCTION service.log_files IS 'allow server_files';

CREATE FUNCTION service.reload() RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT pg_reload_conf()';
SECURITY LABEL FOR gatekeeper ON FUNCTION service.reload IS 'allow server_control';

CREATE FUNCTION service.create_slot(name name) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
	$$SELECT pg_create_logical_replication_slot(name, 'pgoutput')$$;
SECURITY LABEL FOR gatekeeper ON FUNCTION service.create_slot IS 'allow native_code';

CREATE FUNCTION service.log_slower_than(milliseconds integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE format('ALTER DATABASE %I SET log_min_duration_statement = %s', current_database(), greatest(milliseconds, 0));
END $$;
SECURITY LABEL FOR gatekeeper ON FUNCTION service.log_slower_than IS 'allow server_settings, role_privileged';

-- for a connection pooler's auth_query; not for the customer's administrator
CREATE FUNCTION service.password_of(name text) RETURNS TABLE (usename name, passwd text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
	'SELECT usename, passwd FROM pg_shadow WHERE usename = $1 AND NOT usesuper';
SECURITY LABEL FOR gatekeeper ON FUNCTION service.password_of IS 'allow catalog_secrets';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA service FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA service TO customer_admin;
REVOKE EXECUTE ON FUNCTION service.password_of FROM customer_admin;
COMMIT;
