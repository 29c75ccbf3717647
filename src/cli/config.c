/*-------------------------------------------------------------------------
 *
 * config.c
 *	  Reads configuration files as the server does, and changes lines in them.
 *
 * Which file wins is told by reading them all in the server's order.  The
 * server is asked as well (cluster.c); where the two disagree, nothing is
 * changed.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

/* How deep files may include each other, for the server as well. */
#define GK_MAX_DEPTH 10

static void read_file(GkConfig *config, const char *path, int depth, bool must_exist);

/* What a backslash and this character stand for. */
static char
escaped(char c)
{
	switch (c)
	{
		case 'b':
			return '\b';
		case 'f':
			return '\f';
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		default:
			return c;
	}
}

/*
 * Take a line "name = value" or "name value" apart.  NULL when it is empty, a
 * comment, or nothing that we understand; else what stands behind the value.
 */
static const char *
parse_line(const char *line, char **name, char **value)
{
	GkBuf		text = {0};
	size_t		len;

	line += strspn(line, " \t\r");
	len = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$");
	if (len == 0)
		return NULL;
	*name = gk_format("%.*s", (int) len, line);
	line += len;
	line += strspn(line, " \t\r");
	if (*line == '=')
		line++;
	line += strspn(line, " \t\r");
	if (*line == '\'')
	{
		for (line++; *line && !(*line == '\'' && line[1] != '\''); line++)
		{
			char		c = *line;

			if (c == '\'')
				line++;
			else if (c == '\\' && line[1])
			{
				c = *++line;
				if (c >= '0' && c <= '7')
				{
					int			octal = 0;

					for (int i = 0; i < 3 && *line >= '0' && *line <= '7'; i++)
						octal = 8 * octal + (*line++ - '0');
					line--;
					c = (char) octal;
				}
				else
					c = escaped(c);
			}
			gk_buf_add(&text, &c, 1);
		}
		line += *line == '\'';
	}
	else
	{
		len = strcspn(line, " \t\r#");
		gk_buf_add(&text, line, len);
		line += len;
	}
	*value = gk_copy(gk_buf_string(&text));
	return line;
}

static char *
beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (*path == '/' || slash == NULL)
		return gk_copy(path);
	return gk_format("%.*s/%s", (int) (slash - file), file, path);
}

static int
is_configuration(const struct dirent *entry)
{
	size_t		len = strlen(entry->d_name);

	return *entry->d_name != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
read_directory(GkConfig *config, const char *path, int depth)
{
	struct dirent **entries;
	int			n = scandir(path, &entries, is_configuration, by_bytes);

	if (n < 0)
		gk_error(NULL, "cannot read directory \"%s\": %s", path, strerror(errno));
	gk_words_add(&config->include_dirs, path, strlen(path));
	for (int i = 0; i < n; i++)
	{
		char	   *file = gk_format("%s/%s", path, entries[i]->d_name);
		struct stat st;

		if (stat(file, &st) != 0 || !S_ISDIR(st.st_mode))
			read_file(config, file, depth, true);
	}
}

static void
read_file(GkConfig *config, const char *path, int depth, bool must_exist)
{
	char	   *text = gk_read_file(path);
	char	   *next;
	int			number = 0;

	if (text == NULL)
	{
		if (errno == ENOENT && !must_exist)
			return;
		gk_error(errno == EACCES ? "Do it as root or as the user that owns the cluster." : NULL,
				 "cannot read \"%s\": %s", path, strerror(errno));
	}
	if (depth > GK_MAX_DEPTH)
		gk_error(NULL, "\"%s\" is included too deep", path);
	gk_words_add(&config->files, path, strlen(path));
	for (char *line = text; line; line = next)
	{
		char	   *name;
		char	   *value;

		number++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!parse_line(line, &name, &value))
			continue;
		if (strcasecmp(name, "include") == 0)
			read_file(config, beside(path, value), depth + 1, true);
		else if (strcasecmp(name, "include_if_exists") == 0)
			read_file(config, beside(path, value), depth + 1, false);
		else if (strcasecmp(name, "include_dir") == 0)
			read_directory(config, beside(path, value), depth + 1);
		else
		{
			config->setting = gk_grow(config->setting, (config->count + 1) * sizeof(GkSetting));
			config->setting[config->count++] =
				(GkSetting) {name, value, gk_copy(path), number};
		}
	}
}

/* Add what a file, and the files that it includes, set; there need be none. */
void
gk_config_read(GkConfig *config, const char *path)
{
	read_file(config, path, 0, false);
}

/* The setting that wins; NULL when none does. */
const GkSetting *
gk_config_last(const GkConfig *config, const char *name)
{
	for (int i = config->count - 1; i >= 0; i--)
		if (strcasecmp(config->setting[i].name, name) == 0)
			return &config->setting[i];
	return NULL;
}

/* A value in quotes, as the server reads it back. */
char *
gk_config_quote(const char *value)
{
	GkBuf		out = {0};

	gk_buf_text(&out, "'");
	for (; *value; value++)
	{
		if (*value == '\'' || *value == '\\')
			gk_buf_add(&out, value, 1);
		gk_buf_add(&out, value, 1);
	}
	gk_buf_text(&out, "'");
	return out.data;
}

/*
 * If the line sets this, what stands behind the value, else NULL.
 */
static const char *
sets(const char *line, size_t len, const char *name)
{
	char	   *copy = gk_format("%.*s", (int) len, line);
	char	   *found = NULL;
	char	   *value = NULL;
	const char *rest = parse_line(copy, &found, &value);
	const char *result = rest && strcasecmp(found, name) == 0 ? line + (rest - copy) : NULL;

	free(found);
	free(value);
	free(copy);
	return result;
}

/*
 * The text with name set to value: in the last line that sets it, what stands
 * behind it kept, or else in a new last line.  With value NULL every such line
 * is left out.
 */
static char *
edit(const char *text, const char *name, const char *value)
{
	GkBuf		out = {0};
	const char *last = NULL;
	size_t		len;

	for (const char *line = text; *line; line += len)
	{
		len = strcspn(line, "\n");
		if (sets(line, len, name))
			last = line;
		len += line[len] == '\n';
	}
	for (const char *line = text; *line; line += len)
	{
		const char *rest;

		len = strcspn(line, "\n");
		rest = sets(line, len, name);
		len += line[len] == '\n';
		if (rest == NULL || (value && line != last))
			gk_buf_add(&out, line, len);
		else if (value)
			gk_buf_format(&out, "%s = %s%.*s", name, gk_config_quote(value),
						  (int) (line + len - rest), rest);
	}
	if (value && last == NULL)
	{
		if (out.used > 0 && out.data[out.used - 1] != '\n')
			gk_buf_text(&out, "\n");
		gk_buf_format(&out, "%s = %s\n", name, gk_config_quote(value));
	}
	return gk_copy(gk_buf_string(&out));
}

char *
gk_config_set(const char *text, const char *name, const char *value)
{
	return edit(text, name, value);
}

char *
gk_config_remove(const char *text, const char *name)
{
	return edit(text, name, NULL);
}
