/*-------------------------------------------------------------------------
 *
 * extension_script.c
 *	  What belongs to the extension whose script is running?
 *
 * A rule that lets scripts do something (scripts_may) often means: to what is
 * the extension's own.  For objects the server keeps account of that.  For
 * libraries it does not: MODULE_PATHNAME is replaced in the script's text
 * before anybody sees it, and what it stands for is said in the control file
 * only.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include <ctype.h>
#include <sys/stat.h>

#include "commands/extension.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/*
 * Is what happens now the script's own doing: not that of others' code that
 * runs inside it, nor of an object's owner in a security-restricted operation?
 */
bool
gk_script_acts(void)
{
	return creating_extension && superuser() && !gk_code_is_in_script();
}

/*
 * The text of the script that runs.  Core hands each of its statements over with
 * the whole of it, so it is known from the first text that is seen after the
 * extension's row was written, which is the last thing before the script begins.
 * A copy, since others may start scripts in ways that are not seen: it is of no
 * transaction but its own.
 */
static char *script_text;
static const char *script_original; /* only to compare the pointer */
static LocalTransactionId script_lxid;

/* The query that is being started, or NULL. */
const char *gk_script_query;

/* An extension's row was written, and no script runs. */
void
gk_script_is_next(void)
{
	script_text = NULL;
	script_lxid = InvalidLocalTransactionId;
}

/* While a script runs: a statement, with the text that it stands in. */
void
gk_script_says(const char *text)
{
	if (text == NULL || script_lxid == GK_MY_LXID)
		return;
	script_text = MemoryContextStrdup(TopTransactionContext, text);
	script_original = text;
	script_lxid = GK_MY_LXID;
}

/* A query is being started.  Returns what gk_script_query was before. */
const char *
gk_script_starts(const char *text)
{
	const char *outer = gk_script_query;

	gk_script_query = text;
	if (creating_extension)
		gk_script_says(text);
	return outer;
}

/* Without quotes, which a script doubles where it quotes what it executes. */
static char *
without_quotes(const char *text)
{
	char	   *copy = palloc(strlen(text) + 1);
	char	   *end = copy;

	for (; *text; text++)
		if (*text != '\'')
			*end++ = *text;
	*end = '\0';
	return copy;
}

/* Behind what quote_literal() makes of a value, at the beginning of text; or NULL. */
static const char *
after_literal(const char *text)
{
	bool		escapes = strncmp(text, " E'", 3) == 0;

	if (strncmp(text, "NULL", 4) == 0)
		return text + 4;
	text += escapes ? 2 : 0;
	if (*text != '\'')
		return NULL;
	for (text++; *text; text++)
	{
		if (escapes && *text == '\\' && text[1])
			text++;
		else if (*text == '\'' && *++text != '\'')
			return text;
	}
	return NULL;
}

/* Is the text what format() makes of this part of the script, by %L alone? */
static bool
is_filled_in(const char *part, const char *text)
{
	while (*text)
	{
		const char *after = strncmp(part, "%L", 2) == 0 ? after_literal(text) : NULL;

		if (after == NULL && *part != *text)
			return false;
		part += after ? 2 : 1;
		text = after ? after : text + 1;
	}
	return true;
}

/*
 * Is the text put together from long pieces of the script?  Nobody finds a command
 * of their own among these.
 */
#define GK_SHORTEST_PIECE 32

static bool
is_of_pieces(const char *text)
{
	while (*text)
	{
		size_t		longest = 0;

		for (const char *part = script_text; (part = strchr(part, *text)) != NULL; part++)
		{
			size_t		length = 0;

			while (text[length] && part[length] == text[length])
				length++;
			longest = Max(longest, length);
		}
		if (longest < GK_SHORTEST_PIECE)
			return false;
		text += longest;
	}
	return true;
}

/*
 * Does the text stand in the script?  What blocks and functions of the script
 * execute does, where it is not made of data, or of data that is quoted.
 */
static bool
is_in_script(const char *text)
{
	if (text == script_original || strstr(script_text, text) != NULL ||
		strstr(without_quotes(script_text), without_quotes(text)) != NULL)
		return true;
	for (const char *part = script_text; (part = strchr(part, *text)) != NULL; part++)
		if (is_filled_in(part, text))
			return true;
	return is_of_pieces(text);
}

/*
 * Is what happens now said by the text of the script that runs?  False for what a
 * script concatenates and executes, and for what is executed inside of that.
 */
bool
gk_script_speaks(void)
{
	if (!creating_extension || script_text == NULL || script_lxid != GK_MY_LXID)
		return false;
	if (gk_script_query && !is_in_script(gk_script_query))
		return false;
	for (const GkStatement *s = gk_statement; s->pstmt; s--)
	{
		NodeTag		tag = nodeTag(s->pstmt->utilityStmt);

		if (tag == T_CreateExtensionStmt || tag == T_AlterExtensionStmt)
			break;
		if (s->source_text && !is_in_script(s->source_text))
			return false;
	}
	return true;
}

/*
 * A library as CREATE FUNCTION may spell it, in the one spelling we compare:
 * without "$libdir/" and without the suffix.  palloc'd.
 */
static char *
plain_library(const char *library)
{
	static const char libdir[] = "$libdir/";
	size_t		suffix = strlen(DLSUFFIX);
	char	   *name;
	size_t		len;

	if (strncmp(library, libdir, sizeof(libdir) - 1) == 0)
		library += sizeof(libdir) - 1;
	name = pstrdup(library);
	len = strlen(name);
	if (len > suffix && strcmp(name + len - suffix, DLSUFFIX) == 0)
		name[len - suffix] = '\0';
	return name;
}

/*
 * Is the library named for the extension: "postgis-3" of postgis,
 * "timescaledb-tsl-2.17.2" of timescaledb, which has more than one?
 */
static bool
is_named_for(const char *name, const char *extension)
{
	size_t		len = strlen(extension);

	if (strncmp(name, extension, len) != 0 || strchr(name, '/') != NULL)
		return false;
	name += len;
	return name[0] == '\0' || strchr("-_.", name[0]) != NULL ||
		isdigit((unsigned char) name[0]);
}

/*
 * Extensions that are known to spell out, in their scripts, a library that is
 * named neither for them nor in their control file.
 */
static const struct
{
	const char *extension;
	const char *library;
}			known_libraries[] = {
	{"pgl_ddl_deploy", "ddl_deparse"},
	{"pldbgapi", "plugin_debugger"}
};

static bool
is_known_for(const char *name, const char *extension)
{
	for (int i = 0; i < (int) lengthof(known_libraries); i++)
		if (strcmp(extension, known_libraries[i].extension) == 0 &&
			strcmp(name, known_libraries[i].library) == 0)
			return true;
	return false;
}

/* The extension's control file in a directory, or NULL if it is not there. */
static char *
file_in(const char *directory, const char *extension)
{
	char	   *path = psprintf("%s/extension/%s.control", directory, extension);
	struct stat st;

	return stat(path, &st) == 0 ? path : NULL;
}

/*
 * Where the server finds extensions: in its own shared directory, or in those of
 * extension_control_path (18 and later), or below extension_destdir (a setting
 * that Debian adds up to 17).
 */
static char *
control_file(const char *extension)
{
	const char *list = GetConfigOption("extension_control_path", true, false);
	const char *destdir = GetConfigOption("extension_destdir", true, false);
	char		share[MAXPGPATH];
	char	   *path;
	char	   *piece;
	char	   *rest;

	get_share_path(my_exec_path, share);
	if (destdir && destdir[0] != '\0' &&
		(path = file_in(psprintf("%s%s", destdir, share), extension)) != NULL)
		return path;
	if (list == NULL || list[0] == '\0')
		return file_in(share, extension);

	for (piece = strtok_r(pstrdup(list), ":", &rest); piece;
		 piece = strtok_r(NULL, ":", &rest))
	{
		static const char system[] = "$system";
		bool		is_system = strncmp(piece, system, sizeof(system) - 1) == 0;

		if (is_system)
			piece = psprintf("%s%s", share, piece + sizeof(system) - 1);
		if ((path = file_in(piece, extension)) != NULL)
			return path;
	}
	return NULL;
}

/* module_pathname of the extension's control file, or NULL; palloc'd. */
static char *
control_module(const char *extension)
{
	char	   *path = control_file(extension);
	FILE	   *file = path ? AllocateFile(path, "r") : NULL;
	ConfigVariable *head = NULL;
	ConfigVariable *tail = NULL;
	char	   *module = NULL;

	if (file == NULL)
		return NULL;
	(void) ParseConfigFp(file, path, 0, DEBUG1, &head, &tail);
	FreeFile(file);
	for (ConfigVariable *v = head; v; v = v->next)
		if (v->name && v->value && strcmp(v->name, "module_pathname") == 0)
			module = pstrdup(v->value);
	FreeConfigVariables(head);
	return module;
}

/*
 * The name of the extension whose script is running, or NULL.  Core looks for
 * it in the catalog; an extension never gets another.
 */
static const char *
script_extension(void)
{
	static Oid	known = InvalidOid;
	static NameData name;

	if (known != CurrentExtensionObject)
	{
		char	   *found = get_extension_name(CurrentExtensionObject);

		if (found == NULL)
			return NULL;
		namestrcpy(&name, found);
		known = CurrentExtensionObject;
	}
	return NameStr(name);
}

/*
 * Is the library the own one of the extension whose script is running: named
 * for it, or its MODULE_PATHNAME, or known?  Reads the control file unless the name
 * tells.
 */
bool
gk_script_owns_library(const char *library)
{
	const char *extension;
	char	   *module;
	char	   *name;

	if (!creating_extension)
		return false;
	extension = script_extension();
	if (extension == NULL)
		return false;
	name = plain_library(library);
	if (is_named_for(name, extension) || is_known_for(name, extension))
		return true;
	module = control_module(extension);
	return module && strcmp(plain_library(module), name) == 0;
}
