--
-- Rule exemption: who may set and remove security labels of gatekeeper.
--
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE VIEW gk.labels AS
	SELECT objtype, objname, label FROM pg_seclabels WHERE provider = 'gatekeeper';
GRANT SELECT ON gk.labels TO PUBLIC;
SET SESSION AUTHORIZATION gk_user;
CREATE FUNCTION gk.theirs() RETURNS int LANGUAGE sql RETURN 1;
CREATE PROCEDURE gk.their_procedure() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE gk.their_sum(int) (sfunc = int4pl, stype = int);
RESET SESSION AUTHORIZATION;

--
-- Plainly allowed
--

-- allowed: a superuser in his own session
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted';
SECURITY LABEL FOR gatekeeper ON PROCEDURE gk.their_procedure() IS 'allow copy_file';
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS ' allow  copy_file,server_files ';
SELECT * FROM gk.labels ORDER BY objtype;
-- allowed: changing one
SECURITY LABEL FOR gatekeeper ON ROUTINE gk.theirs() IS 'allow copy_file, Server_Files';
-- allowed: removing one, also where there is none
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS NULL;
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS NULL;
SECURITY LABEL FOR gatekeeper ON PROCEDURE gk.their_procedure() IS NULL;
-- refused: without FOR nobody's label is meant, or another provider's
SECURITY LABEL ON FUNCTION gk.theirs() IS 'allow copy_file, server_files';
SELECT * FROM gk.labels ORDER BY objtype;
\c -
SECURITY LABEL ON FUNCTION gk.theirs() IS 'allow copy_file, server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow copy_file, server_files';
SELECT * FROM gk.labels ORDER BY objtype;
-- allowed: in a superuser's own function
DO $$ BEGIN SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS NULL; END $$;
SELECT * FROM gk.labels ORDER BY objtype;

--
-- What is no label
--
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS '';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'Trusted';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted copy_file';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trust';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allowcopy_file';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow copy_file,';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow copy_file server_files';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow copy_file, copyfile';
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'allow exemption';
SECURITY LABEL FOR gatekeeper ON SCHEMA gk IS 'trusted';
SECURITY LABEL FOR gatekeeper ON TABLE pg_class IS NULL;
SECURITY LABEL FOR gatekeeper ON AGGREGATE gk.their_sum(int) IS 'trusted';
SECURITY LABEL FOR gatekeeper ON FUNCTION pg_catalog.pg_read_file(text) IS 'trusted';
SELECT * FROM gk.labels ORDER BY objtype;

--
-- Denied
--
SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS 'allow copy_file';
SET SESSION AUTHORIZATION gk_user;
-- denied: he is no superuser, though the function is his own
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted';
-- refused: without FOR
SECURITY LABEL ON FUNCTION gk.theirs() IS 'trusted';
-- denied: nor his is the role
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'trusted';
-- denied: elevated
SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);
SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'trusted'$$);
-- denied: taking one away is a change, too
SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS NULL$$);
-- denied: the script of a trusted extension
SELECT gk.in_trusted_extension($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);
RESET SESSION AUTHORIZATION;
-- denied: CREATEROLE gives no say in it
SET SESSION AUTHORIZATION gk_admin;
SECURITY LABEL FOR gatekeeper ON ROLE gk_user IS 'trusted';
RESET SESSION AUTHORIZATION;
-- denied: extension scripts
SELECT gk.in_extension($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);
SELECT gk.in_extension_update($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);
-- denied: a security-restricted operation
SELECT gk.restricted($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);

-- denied: a superuser touches a table whose trigger is somebody else's code
SET SESSION AUTHORIZATION gk_user;
CREATE TABLE gk.bait (a int);
CREATE FUNCTION gk.label_himself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE $q$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$q$;
	RETURN NEW;
END $$;
CREATE TRIGGER label_himself BEFORE INSERT ON gk.bait FOR EACH ROW EXECUTE FUNCTION gk.label_himself();
RESET SESSION AUTHORIZATION;
INSERT INTO gk.bait VALUES (1);

-- denied: writing the row by hand
SET SESSION AUTHORIZATION gk_user;
SELECT gk.as_definer($$INSERT INTO pg_seclabel
	VALUES ('gk.theirs()'::regprocedure, 'pg_proc'::regclass, 0, 'gatekeeper', 'trusted')$$);
SELECT gk.as_definer($$INSERT INTO pg_shseclabel
	VALUES ('gk_user'::regrole, 'pg_authid'::regclass, 'gatekeeper', 'trusted')$$);
SELECT gk.as_definer($$DELETE FROM pg_shseclabel$$);
RESET SESSION AUTHORIZATION;
SELECT * FROM gk.labels ORDER BY objtype;

-- allowed: another provider's labels are not ours to judge, so core has the word
SECURITY LABEL FOR selinux ON FUNCTION gk.theirs() IS 'trusted';

--
-- off and audit: the rule is silent, but labels outlive that
--
ALTER SYSTEM SET gatekeeper.exemption = 'off';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
-- denied: still only by superusers in their own sessions
SET SESSION AUTHORIZATION gk_user;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted';
SELECT gk.as_definer($$SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted'$$);
RESET SESSION AUTHORIZATION;
INSERT INTO gk.bait VALUES (1);
SELECT * FROM gk.labels ORDER BY objtype;
ALTER SYSTEM SET gatekeeper.exemption = 'audit';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET SESSION AUTHORIZATION gk_user;
SECURITY LABEL FOR gatekeeper ON FUNCTION gk.theirs() IS 'trusted';
RESET SESSION AUTHORIZATION;
-- allowed: a superuser
SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS NULL;
SELECT * FROM gk.labels ORDER BY objtype;
ALTER SYSTEM SET gatekeeper.exemption = 'always';
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
-- denied: nobody
SECURITY LABEL FOR gatekeeper ON ROLE gk_admin IS 'trusted';
SELECT * FROM gk.labels ORDER BY objtype;
ALTER SYSTEM RESET gatekeeper.exemption;
SELECT pg_reload_conf();
\c -
\set VERBOSITY terse
SET client_min_messages = warning;
DROP VIEW gk.labels;
DROP TABLE gk.bait;
DROP AGGREGATE gk.their_sum(int);
DROP FUNCTION gk.theirs(), gk.label_himself();
DROP PROCEDURE gk.their_procedure;
