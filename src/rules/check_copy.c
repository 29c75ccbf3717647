/*-------------------------------------------------------------------------
 *
 * check_copy.c
 *	  Who can run a program, or touch a server file, with COPY?
 *
 * Both forms arrive as a CopyStmt whatever they are wrapped in: functions,
 * DO blocks, EXECUTE and extension scripts all go through ProcessUtility.
 *
 * An extension's script may read the data files that were installed beside it.
 *
 * Does not see: COPY run by a module that takes the statement over and does
 * not call the next hook, when that module was loaded after this one.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "base/gatekeeper.h"

#include "miscadmin.h"

/* Is it below SHAREDIR/extension, where only an administrator puts files? */
static bool
is_extension_data(const char *file)
{
	char		directory[MAXPGPATH];
	char	   *path = pstrdup(file);

	get_share_path(my_exec_path, directory);
	join_path_components(directory, directory, "extension");
	canonicalize_path(path);
	return is_absolute_path(path) && !path_contains_parent_reference(path) &&
		path_is_prefix_of_path(directory, path);
}

bool
gk_check_copy_program(const GkRequest *request, GkFinding *finding)
{
	CopyStmt   *stmt = castNode(CopyStmt, request->stmt);

	if (!stmt->is_program)
		return false;
	finding->action = stmt->is_from ? "COPY FROM PROGRAM" : "COPY TO PROGRAM";
	finding->object_type = "program";
	finding->object = stmt->filename;
	return true;
}

bool
gk_check_copy_file(const GkRequest *request, GkFinding *finding)
{
	CopyStmt   *stmt = castNode(CopyStmt, request->stmt);

	if (stmt->is_program || stmt->filename == NULL)
		return false;			/* STDIN or STDOUT: the client's files */
	finding->action = stmt->is_from ? "COPY FROM a server file" : "COPY TO a server file";
	finding->object_type = "file";
	finding->object = stmt->filename;
	finding->scripts_may = stmt->is_from && is_extension_data(stmt->filename);
	return true;
}
