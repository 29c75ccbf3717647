\echo Use "CREATE EXTENSION gk_probe_user" to load this file. \quit

DO $probe$ BEGIN EXECUTE pg_catalog.current_setting('gk_probe.statement'); END $probe$;
