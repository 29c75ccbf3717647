\echo Use "ALTER EXTENSION gk_probe_user UPDATE TO '1.1'" to load this file. \quit

DO $probe$ BEGIN EXECUTE pg_catalog.current_setting('gk_probe.statement'); END $probe$;
