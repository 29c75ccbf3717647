/*-------------------------------------------------------------------------
 *
 * redact_commands.c
 *	  Which programs take secrets, and where on their command line.  See redact.c.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/redact.h"

/* What belongs together stands no further apart than this, in bytes. */
#define GK_FAR 256

typedef enum GkPlace
{
	GK_ANYWHERE,				/* -px, -p x, also behind other letters: -vp x */
	GK_ATTACHED,				/* -px only */
	GK_APART					/* -p x or -p=x, and no other letter */
} GkPlace;

/* What a program's option brings; the whole value, or what is behind a character. */
static const struct
{
	const char *command;		/* how it begins, with "_" for "-" */
	const char *option;
	char		separator;		/* or 0 */
	GkPlace		place;
}			secret_options[] =
{
	{"sshpass", "-p", 0, GK_ANYWHERE},
	{"mysql", "-p", 0, GK_ATTACHED},
	{"mariadb", "-p", 0, GK_ATTACHED},
	{"login", "-p", 0, GK_ANYWHERE},
	{"machine", "password", 0, GK_APART},
	{"nmcli", "password", 0, GK_APART},
	{"mongo", "-p", 0, GK_APART},
	{"cqlsh", "-p", 0, GK_APART},
	{"ncftp", "-p", 0, GK_APART},
	{"twine", "-p", 0, GK_APART},
	{"aws", "aws_secret_access_key", 0, GK_APART},
	{"aws", "aws_session_token", 0, GK_APART},
	{"useradd", "-p", 0, GK_APART},
	{"usermod", "-p", 0, GK_APART},
	{"rabbitmqadmin", "-p", 0, GK_APART},
	{"7z", "-p", 0, GK_ATTACHED},
	{"rar", "-p", 0, GK_ATTACHED},
	{"rar", "-hp", 0, GK_ATTACHED},
	{"unrar", "-p", 0, GK_ATTACHED},
	{"redis_cli", "-a", 0, GK_ANYWHERE},
	{"ldap", "-w", 0, GK_ANYWHERE},
	{"ldappasswd", "-w", 0, GK_ANYWHERE},
	{"ldappasswd", "-s", 0, GK_APART},
	{"ldappasswd", "-a", 0, GK_APART},
	{"smbclient", "-U", '%', GK_ANYWHERE},
	{"smbclient", "--user", '%', GK_APART},
	{"rpcclient", "-U", '%', GK_ANYWHERE},
	{"winexe", "-U", '%', GK_ANYWHERE},
	{"net", "-U", '%', GK_ANYWHERE},
	{"sqlcmd", "-P", 0, GK_ANYWHERE},
	{"bcp", "-P", 0, GK_ANYWHERE},
	{"unzip", "-P", 0, GK_ANYWHERE},
	{"zip", "-P", 0, GK_ANYWHERE},
	{"mosquitto", "-P", 0, GK_APART},
	{"ipmitool", "-P", 0, GK_APART},
	{"swift", "-K", 0, GK_APART},
	{"snmp", "-c", 0, GK_APART},
	{"snmp", "-A", 0, GK_APART},
	{"snmp", "-X", 0, GK_APART},
	{"ssh_keygen", "-N", 0, GK_APART},
	{"ssh_keygen", "-P", 0, GK_APART},
	{"openssl", "-k", 0, GK_APART},
	{"openssl", "-K", 0, GK_APART},
	{"openssl", "-hmac", 0, GK_APART},
	{"openssl", "-pass", 0, GK_APART},
	{"keytool", "-storepass", 0, GK_APART},
	{"keytool", "-keypass", 0, GK_APART},
	{"sendemail", "-xp", 0, GK_APART},
	{"xfreerdp", "/p:", 0, GK_ATTACHED},
	{"rdesktop", "-p", 0, GK_APART},
	{"tsql", "-P", 0, GK_APART},
	{"vsql", "-w", 0, GK_APART},
	{"pdftk", "input_pw", 0, GK_APART},
	{"pdftk", "user_pw", 0, GK_APART},
	{"pdftk", "owner_pw", 0, GK_APART},
	{"gpg", "<<<", 0, GK_ANYWHERE},
	{"kinit", "<<<", 0, GK_ANYWHERE},
	{"cryptsetup", "<<<", 0, GK_ANYWHERE},
	{"lftp", "-u", ',', GK_APART},
	{"http", "-a", ':', GK_APART},
	{"http", "--auth", ':', GK_APART},
	{"curl", "-u", ':', GK_ANYWHERE},
	{"curl", "-U", ':', GK_ANYWHERE},
	{"curl", "-E", ':', GK_ANYWHERE},
	{"curl", "--cert", ':', GK_APART},
	{"curl", "-b", '=', GK_APART},
	{"curl", "--cookie", '=', GK_APART},
	{"curl", "--oauth2-bearer", 0, GK_APART}
};

/* Which argument without an option is one, counted from 1. */
static const struct
{
	const char *command;
	int			number;
	char		separator;		/* or 0 */
	bool		has_flags;		/* options without values may come before */
}			secret_arguments[] =
{
	{"sqlplus", 1, '/', true},
	{"expdp", 1, '/', false},
	{"impdp", 1, '/', false},
	{"sqlldr", 1, '/', false},
	{"isql", 3, 0, false},
	{"smbclient", 2, 0, false},
	{"wpa_passphrase", 2, 0, false},
	{"htpasswd", 3, 0, true},
	{"change_password", 2, 0, false},
	{"set_password", 2, 0, false}
};

/* The number, from 1 on, of a program whose options bring secrets; 0: none. */
int
gk_redact_command(const char *word)
{
	size_t		best = 0;
	int			command = 0;

	for (int i = 0; i < (int) (sizeof(secret_options) / sizeof(*secret_options)); i++)
	{
		size_t		len = strlen(secret_options[i].command);

		if (len > best && word[0] == secret_options[i].command[0] &&
			strncmp(word, secret_options[i].command, len) == 0)
		{
			best = len;
			command = i + 1;
		}
	}
	return command;
}

/*
 * Where the value of the option number i begins, if that stands at pos; else 0.  In
 * short ones other letters may come before: "-sSu".
 */
static size_t
option_value(const GkRedactor *r, size_t pos, size_t end, int i)
{
	const char *s = r->s;
	const char *option = secret_options[i].option;
	size_t		len = strlen(option);
	GkPlace		place = secret_options[i].place;
	size_t		p = pos;

	if (place == GK_ANYWHERE && len == 2 && s[pos] == '-')
	{
		for (p++; p < end && s[p] != option[1] && (s[p] | 0x20) >= 'a' && (s[p] | 0x20) <= 'z';)
			p++;
		if (p + 1 >= end || s[p] != option[1])
			return 0;
		return p + 1;
	}
	if (end - pos <= len || memcmp(s + pos, option, len) != 0)
		return 0;
	p += len;
	if (place == GK_ATTACHED && gk_redact_is_space(s[p]))
		return 0;
	if (place == GK_APART && !gk_redact_is_space(s[p]) && s[p] != '=')
		return 0;
	return p;
}

/*
 * "-u user:password" of a program that is not known: not numbers of users and
 * groups, nor a file on another host.
 */
static size_t
any_users_value(const GkRedactor *r, size_t pos, size_t end)
{
	static const char *const users[] = {"--proxy-user", "--user", "-U", "-u", NULL};
	const char *s = r->s;

	for (int i = 0; users[i]; i++)
	{
		size_t		p = pos + strlen(users[i]);
		size_t		colon;

		if (p >= end || strncmp(s + pos, users[i], strlen(users[i])) != 0)
			continue;
		for (colon = p; colon < end && colon - p < GK_FAR && s[colon] != ':' && !strchr("\n;|&", s[colon]);)
			colon++;
		if (colon + 1 < end && s[colon] == ':' && s[colon + 1] != '/' &&
			!(colon > p && s[colon - 1] >= '0' && s[colon - 1] <= '9' && s[colon + 1] >= '0' && s[colon + 1] <= '9'))
			return p;
	}
	return 0;
}

/*
 * "-u user -p password" of a program that is not known.  A port, a list of ports and
 * a path are none.
 */
static size_t
any_password_value(const GkRedactor *r, size_t pos, size_t end)
{
	const char *s = r->s;
	bool		has_user = false;
	size_t		p = pos;

	if (end - pos < 4 || (s[pos + 1] | 0x20) != 'p' || s[pos + 2] != ' ')
		return 0;
	for (; p > 2 && pos - p < GK_FAR && !strchr(";|&\n", s[p]); p--)
		has_user |= s[p] == ' ' && strchr("lnuU", s[p - 1]) && s[p - 2] == '-';
	if (!has_user)
		return 0;
	for (p = pos + 3; p < end && s[p] == ' ';)
		p++;
	for (size_t q = p; q < end && !gk_redact_is_space(s[q]); q++)
	{
		if (strchr("/$`(<>;|&", s[q]))
			return 0;
		if (!strchr("0123456789:,-", s[q]))
			has_user = false;	/* seen more than a number */
	}
	return has_user ? 0 : p;
}

/* Narrow a word of the shell to what is behind the separator, without its quotes. */
static bool
narrow(const GkRedactor *r, char separator, bool is_plain, size_t *start, size_t *stop)
{
	const char *s = r->s;
	size_t		p = *start;

	if (separator)
	{
		while (p < *stop && s[p] != separator)
			p++;
		p++;
	}
	/* what stands in one pair of quotes is hidden without them */
	if (p < *stop && is_plain && (s[*stop - 1] == '\'' || s[*stop - 1] == '"'))
	{
		(*stop)--;
		p += p < *stop && s[p] == s[*stop];
	}
	*start = p;
	return p < *stop;
}

/*
 * An option at pos that brings a password without saying so: "-u user:password",
 * and those of the command, a number of gk_redact_command()'s.  Where it does,
 * returns true and where the secret begins and ends.
 */
bool
gk_redact_option(const GkRedactor *r, size_t pos, size_t end, int command,
				 bool is_plain, size_t *start, size_t *stop)
{
	const char *s = r->s;
	char		separator = ':';
	size_t		p = 0;

	for (int i = command - 1; p == 0 && command > 0 && i < (int) (sizeof(secret_options) / sizeof(*secret_options)) &&
		 strcmp(secret_options[i].command, secret_options[command - 1].command) == 0; i++)
	{
		p = option_value(r, pos, end, i);
		separator = secret_options[i].separator;
	}
	if (p == 0 && s[pos] == '-' && (p = any_users_value(r, pos, end)) > 0)
		separator = ':';
	if (p == 0 && s[pos] == '-' && (p = any_password_value(r, pos, end)) > 0)
		separator = 0;
	if (p == 0)
		return false;
	while (p < end && (gk_redact_is_space(s[p]) || s[p] == '='))
		p++;
	*stop = gk_redact_shell_word(r, p, end, is_plain);
	*start = p;
	return narrow(r, separator, is_plain, start, stop);
}

/* The same for what a command takes without an option; pos is behind its name. */
bool
gk_redact_argument(const GkRedactor *r, const char *word, size_t pos, size_t end,
				   bool is_plain, size_t *start, size_t *stop)
{
	for (int i = 0; i < (int) (sizeof(secret_arguments) / sizeof(*secret_arguments)); i++)
	{
		int			number = secret_arguments[i].number;
		bool		has_flags = secret_arguments[i].has_flags;
		size_t		p = pos;

		if (strcmp(word, secret_arguments[i].command) != 0)
			continue;
		for (;;)
		{
			while (p < end && (r->s[p] == ' ' || r->s[p] == '\t'))
				p++;
			*stop = gk_redact_shell_word(r, p, end, is_plain);
			if (*stop == p || p - pos > GK_FAR)
				return false;
			if (r->s[p] == '-')
			{
				if (!has_flags)
					return false;
			}
			else if (--number == 0)
				break;
			else
				has_flags = false;
			p = *stop;
		}
		*start = p;
		if (!narrow(r, secret_arguments[i].separator, is_plain, start, stop))
			return false;
		if (secret_arguments[i].separator)
			for (p = *start; p < *stop; p++)
				if (r->s[p] == '@')
					*stop = p;
		return *start < *stop;
	}
	return false;
}

/*
 * "echo x | sudo -S": is the word that is piped, from *start to *stop, what a
 * program reads as a password?  pos is behind "echo" or "printf".
 */
bool
gk_redact_piped(const GkRedactor *r, size_t pos, size_t end, bool is_plain,
				size_t *start, size_t *stop)
{
	static const char *const readers[] = {
		"sudo -S", "sudo -kS", "chpasswd", "passwd ", "kinit", "cryptsetup ", "su ", "su\n", NULL
	};
	const char *s = r->s;
	size_t		p = pos;

	do
	{
		while (p < end && (s[p] == ' ' || s[p] == '\t'))
			p++;
		*start = p;
		p = *stop = gk_redact_shell_word(r, p, end, is_plain);
	} while (p > *start && s[*start] == '-' && p - pos < GK_FAR);
	while (p < end && s[p] == ' ')
		p++;
	if (p >= end || s[p] != '|')
		return false;
	for (p++; p < end && s[p] == ' ';)
		p++;
	for (int i = 0; readers[i]; i++)
		if (end - p >= strlen(readers[i]) && memcmp(s + p, readers[i], strlen(readers[i])) == 0)
		{
			/* what has a blank or a path can be a command for what reads after it */
			for (size_t q = *start; q < *stop; q++)
				if (strchr(" \t/\\;&<>$`(", s[q]) || s[q] == '\n')
					return false;
			return narrow(r, 0, is_plain, start, stop);
		}
	return false;
}
