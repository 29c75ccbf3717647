/*-------------------------------------------------------------------------
 *
 * posture_tls.c
 *	  The server's certificate and key, as openssl(1) reads them.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/posture.h"

#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/config.h"

/* A file that a setting names, below the data directory if it is relative. */
static char *
file_of(const GkPosture *p, const char *setting)
{
	const char *value = gk_posture_setting(p, setting);

	if (*value == '\0')
		return NULL;
	return *value == '/' ? gk_copy(value) : gk_format("%s/%s", p->data, value);
}

static void
look_at_key(GkPosture *p)
{
	char	   *key = file_of(p, "ssl_key_file");
	struct passwd *pw = getpwuid(p->uid);
	const char *user = pw ? gk_copy(pw->pw_name) : "postgres";
	char	   *who;

	if (!gk_posture_wants(p, "tls-key-file") || key == NULL)
		return;
	gk_posture_looked(p, "tls-key-file");
	who = access(key, F_OK) == 0 ? gk_others_read(p, key) : NULL;
	if (!who)
		who = gk_others_write(p, key, true);
	if (who)
		gk_posture_add(p, "tls-key-file", GK_FAIL, key, who, gk_format("chown %s:%s %s; chmod 600 %s", user, user, gk_shell_quote(key), gk_shell_quote(key)));
}

/* What follows a name in openssl's output, up to the end of the line; or "". */
static const char *
after(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? gk_format("%.*s", (int) strcspn(at + strlen(name), "\n"), at + strlen(name)) : "";
}

/*
 * The way is a request that the organisation's CA signs.  Until it has, one
 * of a CA of its own, whose key is thrown away, works with clients that get
 * its certificate.
 */
static const char *
new_certificate(const GkPosture *p, const char *cert)
{
	const char *key = gk_shell_quote(file_of(p, "ssl_key_file"));
	char	   *ca = file_of(p, "ssl_ca_file");
	const char *trusts = ca ? gk_format("cat $d/ca.crt >>%s", gk_shell_quote(ca)) :
		"cp $d/ca.crt /usr/local/share/ca-certificates/postgresql.crt && update-ca-certificates";

	return gk_format("# have this signed by your CA, and put what it sends to %s:\n"
					 "#   openssl req -new -key %s -subj \"/CN=$(hostname -f 2>/dev/null || hostname)\" -addext \"subjectAltName=DNS:$(hostname -f 2>/dev/null || hostname)\"\n"
					 "# until then, for 90 days, one of a CA whose key is thrown away; clients need %s\n"
					 "n=$(hostname -f 2>/dev/null || hostname); d=$(mktemp -d); echo \"subjectAltName=DNS:$n\" >$d/ext\n"
					 "openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj \"/CN=for $n, $(date +%%F)\" -keyout $d/ca.key -out $d/ca.crt 2>$d/err &&\n"
					 "\topenssl req -new -key %s -subj \"/CN=$n\" -out $d/csr 2>>$d/err &&\n"
					 "\topenssl x509 -req -in $d/csr -CA $d/ca.crt -CAkey $d/ca.key -CAcreateserial -days 90 -extfile $d/ext -out $d/crt 2>>$d/err &&\n"
					 "\tcat $d/crt >%s && %s || cat $d/err >&2\n"
					 "rm -rf $d; kill -HUP $(head -n 1 %s/postmaster.pid)",
					 gk_shell_quote(cert), key, ca ? gk_shell_quote(ca) : "postgresql.crt", key, gk_shell_quote(cert), trusts, gk_shell_quote(p->data));
}

static void
judge_time(GkPosture *p, const char *cert, const char *text)
{
	const char *end = after(text, "notAfter=");
	const char *begin = after(text, "notBefore=");
	struct tm	tm = {0};
	time_t		now = gk_now() / 1000000;
	const char *remedy = new_certificate(p, cert);

	gk_posture_looked(p, "tls-cert-time");
	if (strptime(end, "%b %d %H:%M:%S %Y", &tm) && timegm(&tm) < now)
		gk_posture_add(p, "tls-cert-time", GK_FAIL, cert, gk_format("it has expired on %s", end), remedy);
	else if (*end && timegm(&tm) < now + 30 * 86400)
		gk_posture_add(p, "tls-cert-time", GK_WARN, cert, gk_format("it expires on %s", end), remedy);
	memset(&tm, 0, sizeof(tm));
	if (strptime(begin, "%b %d %H:%M:%S %Y", &tm) && timegm(&tm) > now)
		gk_posture_add(p, "tls-cert-time", GK_FAIL, cert, gk_format("it is not valid before %s", begin), remedy);
}

static void
judge_chain(GkPosture *p, char *program, char *cert, const char *text)
{
	static GkOutput output;
	const char *subject = after(text, "subject=");
	const char *bits = strstr(text, "Public-Key: (");
	char	   *ca = file_of(p, "ssl_ca_file");
	char	   *with_ca[] = {program, "verify", "-no_check_time", "-CAfile", ca, cert, NULL};
	char	   *with_system[] = {program, "verify", "-no_check_time", cert, NULL};
	const char *remedy = new_certificate(p, cert);

	gk_posture_looked(p, "tls-cert-chain");
	if (*subject && strcmp(subject, after(text, "issuer=")) == 0)
		gk_posture_add(p, "tls-cert-chain", GK_WARN, cert, "it is signed by itself", remedy);
	else
	{
		output.status = 1;
		if (ca)
			gk_run(with_ca, &output);
		if (output.status != 0)
			gk_run(with_system, &output);
		if (output.status != 0)
			gk_posture_add(p, "tls-cert-chain", GK_WARN, cert, gk_format("no chain leads from it to ssl_ca_file or to the system's: %s",
																		 gk_first_line(gk_buf_string(&output.err))), remedy);
	}
	if (strstr(text, "Subject Alternative Name") == NULL)
		gk_posture_add(p, "tls-cert-chain", GK_WARN, gk_format("%s: name", cert), "it has no subjectAltName, which clients verify", remedy);
	if (bits && strstr(text, "rsaEncryption") && atoi(bits + strlen("Public-Key: (")) < 2048)
		gk_posture_add(p, "tls-cert-chain", GK_WARN, gk_format("%s: key", cert), gk_format("its RSA key has %d bits", atoi(bits + strlen("Public-Key: ("))), remedy);
	if (strstr(text, "Signature Algorithm: sha1") || strstr(text, "Signature Algorithm: md5"))
		gk_posture_add(p, "tls-cert-chain", GK_WARN, gk_format("%s: signature", cert), "it is signed with SHA-1 or MD5", remedy);
}

/* Why a cipher, as openssl tells of it, is not to be used; or NULL. */
static const char *
weakness(const char *cipher)
{
	static const struct
	{
		const char *mark;
		const char *what;
	}			marks[] =
	{
		{"Kx=RSA", "no forward secrecy"}, {"Kx=PSK", "no forward secrecy"}, {"Kx=RSAPSK", "no forward secrecy"}, {"Kx=SRP", "no forward secrecy"},
		{"Au=None", "no authentication"}, {"Enc=None", "no encryption"}, {"Enc=3DES", "3DES"},
		{"Enc=RC4", "RC4"}, {"Enc=DES", "DES"}, {"Enc=IDEA", "IDEA"}, {"Enc=SEED", "SEED"}, {"Mac=SHA1", "CBC with SHA-1"}, {"Mac=MD5", "MD5"}
	};

	for (int i = 0; i < GK_LENGTHOF(marks); i++)
		if (strstr(cipher, marks[i].mark))
			return marks[i].what;
	return NULL;
}

/* The ciphers that OpenSSL makes of the setting: what the words of it mean is its affair. */
static void
look_at_ciphers(GkPosture *p, char *program)
{
	static GkOutput output;
	char	   *list = gk_copy(gk_posture_setting(p, "ssl_ciphers"));
	char	   *arguments[] = {program, "ciphers", "-s", "-v", "-tls1_2", list, NULL};
	GkBuf		weak = {0};
	int			count = 0;

	if (!gk_posture_wants(p, "tls-ciphers") || *list == '\0' || *list == '-' || access(program, X_OK) != 0)
		return;
	gk_run(arguments, &output);
	if (output.status != 0)
		return;
	for (const char *line = gk_buf_string(&output.out); *line; line += strcspn(line, "\n"), line += *line == '\n')
	{
		char	   *cipher = gk_format("%.*s", (int) strcspn(line, "\n"), line);
		const char *why = weakness(cipher);

		if (why && ++count <= 5)
			gk_buf_format(&weak, "%s%.*s (%s)", count > 1 ? ", " : "", (int) strcspn(cipher, " "), cipher, why);
		free(cipher);
	}
	gk_posture_drop(p, "tls-ciphers", "ssl_ciphers");
	if (count > 0)
		gk_posture_add(p, "tls-ciphers", GK_WARN, "ssl_ciphers", gk_format("ssl_ciphers allows %s%s", gk_buf_string(&weak), count > 5 ? gk_format(" and %d more", count - 5) : ""),
					   "ALTER SYSTEM SET ssl_ciphers = 'ECDHE+AESGCM:ECDHE+CHACHA20';");
}

static void
look_at_fips(GkPosture *p)
{
	char	   *text = gk_read_file("/proc/sys/crypto/fips_enabled");

	if (!gk_posture_wants(p, "tls-fips"))
		return;
	gk_posture_looked(p, "tls-fips");
	if (p->standard && strcmp(p->standard, "stig16") == 0 && (text == NULL || *text != '1'))
		gk_posture_add(p, "tls-fips", GK_MANUAL, "/proc/sys/crypto/fips_enabled", "the system is not in FIPS mode", "fips-mode-setup --enable");
}

void
gk_look_at_tls(GkPosture *p)
{
	static GkOutput output;
	char	   *program = access("/usr/bin/openssl", X_OK) == 0 ? "/usr/bin/openssl" : "/usr/local/bin/openssl";
	char	   *cert = file_of(p, "ssl_cert_file");
	char	   *arguments[] = {program, "x509", "-in", cert, "-noout", "-startdate", "-enddate", "-subject", "-issuer", "-text", NULL};

	look_at_fips(p);
	if (strcmp(gk_posture_setting(p, "ssl"), "on") != 0)
	{
		gk_posture_looked(p, "tls-key-file");
		gk_posture_looked(p, "tls-cert-time");
		gk_posture_looked(p, "tls-cert-chain");
		return;
	}
	look_at_key(p);
	look_at_ciphers(p, program);
	if (cert == NULL || (!gk_posture_wants(p, "tls-cert-time") && !gk_posture_wants(p, "tls-cert-chain")))
		return;
	gk_run(arguments, &output);
	if (output.status != 0)
	{
		const char *why = gk_format("openssl does not read %s: %s", cert, gk_first_line(gk_buf_string(&output.err)));

		gk_posture_skip(p, "tls-cert-time", why);
		gk_posture_skip(p, "tls-cert-chain", why);
		return;
	}
	judge_time(p, cert, gk_buf_string(&output.out));
	judge_chain(p, program, cert, gk_copy(gk_buf_string(&output.out)));
}
