/*-------------------------------------------------------------------------
 *
 * class_names.h
 *	  What classes of actions can be recorded besides what rules find, for the
 *	  module and for the command.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#ifndef GK_CLASS_NAMES_H
#define GK_CLASS_NAMES_H

/* X(id, name, what it is, for people) */
#define GK_FOR_EACH_CLASS(X) \
	X(ROLE, role, "roles made, changed and dropped") \
	X(GRANT, grant, "rights, memberships and labels given and taken") \
	X(DDL, ddl, "other objects made, changed and dropped") \
	X(SESSION, session, "logins, failed ones too, their ends, and changes of role") \
	X(EXTENSION, extension, "extensions and libraries") \
	X(SYSTEM, system, "the server's settings, processes, backups and slots") \
	X(TABLES, tables, "superusers' tables read or written in a circumstance") \
	X(PRIVILEGED, privileged, "all other utility statements of who acts as superuser")

#define GK_CLASS_ENUM(id, name, what) GK_CLASS_##id,

typedef enum GkClass
{
	GK_FOR_EACH_CLASS(GK_CLASS_ENUM)
	GK_NUM_CLASSES
} GkClass;

#endif							/* GK_CLASS_NAMES_H */
