/*-------------------------------------------------------------------------
 *
 * journal.c
 *	  Opens the journal and reads the entries that say they are ours.
 *
 * libsystemd opens a journal that one may not read without a word and then
 * shows no entries.  "There are no records" and "you cannot see them" must not
 * look the same, so the files are looked at first.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "cli/logfile.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

struct GkJournal
{
	GkLogFile  *log;			/* in place of the other two, or NULL */
	sd_journal *j;
	const GkSource *source;
};

/* What the journal's files are like. */
typedef struct GkSurvey
{
	int			readable;
	int			unreadable;
	int			system_readable;
	char		first_unreadable[300];
} GkSurvey;

/*
 * One user of --uid: a number or a name.  No name of a user on this machine is
 * needed for a number: the journal may be another machine's.
 */
static void
add_sender(GkSenders *senders, const char *word)
{
	char	   *end;
	unsigned long number = strtoul(word, &end, 10);
	struct passwd *pw;

	if (senders->count == GK_LENGTHOF(senders->uid))
		gk_error(NULL, "too many users given to option --uid");
	if (number > UINT32_MAX - 1 && *end == '\0')
		gk_error(NULL, "\"%s\" is not the number of a user", word);
	if (*word == '\0' || *end)
	{
		pw = getpwnam(word);
		if (pw == NULL)
			gk_error("Name the operating system user that the server runs as, or its number: --uid USER.",
					 "there is no user \"%s\" on this machine", word);
		number = pw->pw_uid;
	}
	senders->uid[senders->count++] = (uid_t) number;
}

/* Take one of GK_SOURCE_OPTIONS; false when it is another option. */
bool
gk_source_option(GkSource *source, int option, const char *value)
{
	GkWords		words = {0};

	switch (option)
	{
		case 'D':
			source->directory = value;
			return true;
		case GK_OPT_NAMESPACE:
			source->name_space = value;
			return true;
		case GK_OPT_FILE:
			gk_words_add(&source->files, value, strlen(value));
			return true;
		case GK_OPT_UID:
			gk_words_add_list(&words, value);
			if (words.count == 0)
				gk_error(NULL, "option --uid needs a value that is not empty");
			for (int i = 0; i < words.count; i++)
				add_sender(&source->senders, words.word[i]);
			return true;
		default:
			return false;
	}
}

/* Does the directory, MACHINE or MACHINE.NAMESPACE, belong to this namespace? */
static bool
is_in_namespace(const char *directory, const char *name_space)
{
	const char *dot = strchr(directory, '.');

	if (strspn(directory, "0123456789abcdef") != 32)
		return false;
	if (name_space == NULL)
		return dot == NULL;
	if (strcmp(name_space, "*") == 0)
		return true;
	if (*name_space == '+')
	{
		if (dot == NULL)
			return true;
		name_space++;
	}
	return dot && strcmp(dot + 1, name_space) == 0;
}

/*
 * Look at the journal files in a directory and at those of a namespace, or of
 * none, directly below.
 */
static void
survey(const char *path, const char *name_space, int depth, GkSurvey *found)
{
	DIR		   *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
	{
		if (errno == EACCES)
		{
			found->unreadable++;
			snprintf(found->first_unreadable, sizeof(found->first_unreadable), "%s", path);
		}
		return;
	}
	while ((entry = readdir(dir)) != NULL)
	{
		const char *end = strrchr(entry->d_name, '.');
		char	   *file = gk_format("%s/%s", path, entry->d_name);

		if (end && (strcmp(end, ".journal") == 0 || strcmp(end, ".journal~") == 0))
		{
			if (access(file, R_OK) == 0)
			{
				found->readable++;
				found->system_readable += strncmp(entry->d_name, "user-", 5) != 0;
			}
			else
			{
				if (found->unreadable++ == 0)
					snprintf(found->first_unreadable, sizeof(found->first_unreadable),
							 "%s", file);
			}
		}
		else if (depth == 0 && is_in_namespace(entry->d_name, name_space))
			survey(file, name_space, depth + 1, found);
		free(file);
	}
	closedir(dir);
}

/*
 * Why there is nothing to see, and in *hint what to do about it; NULL when there
 * may be something.
 */
const char *
gk_journal_obstacle(const GkSource *source, const char **hint)
{
	GkSurvey	found = {0};
	const char *where = source->directory;

	*hint = NULL;
	if (source->directory)
	{
		if (access(source->directory, F_OK) != 0)
			return gk_format("cannot look into directory \"%s\": %s",
							 source->directory, strerror(errno));
		survey(source->directory, NULL, 0, &found);
	}
	else
	{
		where = "/var/log/journal and /run/log/journal";
		survey("/var/log/journal", source->name_space, 0, &found);
		survey("/run/log/journal", source->name_space, 0, &found);
	}
	if (found.unreadable > 0 && found.system_readable == 0)
	{
		*hint = "Only root and the members of the groups systemd-journal and adm may read what the server\n"
			"wrote there. Use sudo, or have an administrator say\n"
			"\"usermod --append --groups systemd-journal USER\".";
		return gk_format("you may not read the journal (%s)", found.first_unreadable);
	}
	if (found.unreadable > 0)
		gk_warning("%d files of the journal cannot be read, the first is %s",
				   found.unreadable, found.first_unreadable);
	if (found.readable > 0)
		return NULL;
	if (source->name_space)
	{
		*hint = "Is gatekeeper.audit_journal_socket set to /run/systemd/journal.NAME/socket, and has a record\n"
			"been written since? See \"a journal of one's own\" in pg_gatekeeper(7).";
		return gk_format("there is no journal of namespace \"%s\" in %s", source->name_space, where);
	}
	if (source->directory)
	{
		*hint = "The journal of a namespace is in a directory of its own, MACHINE.NAMESPACE, which has to be named.";
		return gk_format("there is no journal in %s", where);
	}
	*hint = "Is systemd-journald running? Where it is not, the server writes its records to syslog; see\n"
		"gatekeeper.audit_sink in pg_gatekeeper(7).";
	return gk_format("there is no journal in %s", where);
}

static void
check(int result, const char *what)
{
	if (result < 0)
		gk_error(NULL, "cannot %s the journal: %s", what, strerror(-result));
}

/* Open it, to see only what says it is ours; ends the program where it cannot. */
GkJournal *
gk_journal_open(GkSource *source)
{
	GkJournal  *journal = gk_alloc(sizeof(GkJournal));
	const char *ns = source->name_space;
	const char *obstacle;
	const char *hint;
	sd_journal *j;

	if (source->files.count > 0)
	{
		if (source->directory || ns)
			gk_error(NULL, "option --file and those that name a journal exclude each other");
		journal->log = gk_logfile_open(&source->files);
		return journal;
	}
	if (source->directory && ns)
		gk_error(NULL, "options --directory and --namespace exclude each other");
	if (source->senders.count == 0)
		add_sender(&source->senders, "postgres");
	obstacle = gk_journal_obstacle(source, &hint);
	if (obstacle)
		gk_error(hint, "%s", obstacle);
	if (source->directory)
		check(sd_journal_open_directory(&j, source->directory, 0), "open");
	else if (ns == NULL)
		check(sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY), "open");
	else if (strcmp(ns, "*") == 0)
		check(sd_journal_open_namespace(&j, NULL, SD_JOURNAL_LOCAL_ONLY |
										SD_JOURNAL_ALL_NAMESPACES), "open");
	else
		check(sd_journal_open_namespace(&j, *ns == '+' ? ns + 1 : ns,
										SD_JOURNAL_LOCAL_ONLY |
										(*ns == '+' ? SD_JOURNAL_INCLUDE_DEFAULT_NAMESPACE : 0)),
			  "open");
	/* a record of ours has 8 KiB; what pretends to be one may have any size */
	check(sd_journal_set_data_threshold(j, 65536), "read");
	check(sd_journal_add_match(j, "SYSLOG_IDENTIFIER=pg_gatekeeper", 0), "read");
	check(sd_journal_add_disjunction(j), "read");
	check(sd_journal_add_match(j, "GATEKEEPER_SCHEMA=1", 0), "read");
	journal->j = j;
	journal->source = source;
	return journal;
}

/* Before the first entry; where it stands when opened. */
void
gk_journal_seek_start(GkJournal *journal)
{
	if (journal->log)
		gk_logfile_seek_start(journal->log);
	else
		check(sd_journal_seek_head(journal->j), "read");
}

/* Behind the last entry. */
void
gk_journal_seek_end(GkJournal *journal)
{
	if (journal->log)
		gk_logfile_seek_end(journal->log);
	else
		check(sd_journal_seek_tail(journal->j), "read");
}

/* Between what was written before and from this time (us since 1970) on. */
void
gk_journal_seek_time(GkJournal *journal, uint64_t time)
{
	if (journal->log)
		gk_logfile_seek_start(journal->log);
	else
		check(sd_journal_seek_realtime_usec(journal->j, time), "read");
}

/*
 * Behind the entry that a cursor names, or, where that is gone, before the one
 * that came after it.  False when it is no cursor.
 */
bool
gk_journal_seek_after(GkJournal *journal, const char *cursor)
{
	int			result = sd_journal_seek_cursor(journal->j, cursor);

	if (result == -EINVAL)
		return false;
	check(result, "read");
	result = sd_journal_next(journal->j);
	check(result, "read");
	if (result > 0 && sd_journal_test_cursor(journal->j, cursor) <= 0 &&
		sd_journal_previous(journal->j) <= 0)
		gk_journal_seek_start(journal);
	return true;
}

/* The cursor of the entry read last; NULL when there is none. */
char *
gk_journal_cursor(GkJournal *journal)
{
	char	   *cursor;

	if (journal->log)
		gk_error(NULL, "option --cursor-file does not go with --file");
	return sd_journal_get_cursor(journal->j, &cursor) < 0 ? NULL : cursor;
}

/* Fill entry from where the journal stands. */
static void
read_entry(GkJournal *journal, GkEntry *entry)
{
	const void *data;
	size_t		length;

	gk_entry_clear(entry);
	check(sd_journal_get_realtime_usec(journal->j, &entry->time), "read");
	sd_journal_restart_data(journal->j);
	while (sd_journal_enumerate_available_data(journal->j, &data, &length) > 0)
	{
		const char *equals = memchr(data, '=', length);
		size_t		name_len;

		if (equals == NULL)
			continue;
		name_len = equals - (const char *) data;
		gk_entry_add(entry, data, name_len, equals + 1, length - name_len - 1);
	}
	gk_entry_complete(entry, &journal->source->senders);
}

/* Go to the next entry and read it; false, and nothing read, at the end. */
bool
gk_journal_next(GkJournal *journal, GkEntry *entry)
{
	int			result;

	if (journal->log)
		return gk_logfile_next(journal->log, entry);
	result = sd_journal_next(journal->j);
	check(result, "read");
	if (result > 0)
		read_entry(journal, entry);
	return result > 0;
}

/* The same backwards. */
bool
gk_journal_previous(GkJournal *journal, GkEntry *entry)
{
	int			result;

	if (journal->log)
		return gk_logfile_previous(journal->log, entry);
	result = sd_journal_previous(journal->j);
	check(result, "read");
	if (result > 0)
		read_entry(journal, entry);
	return result > 0;
}

/* Wait until something is written, us microseconds at most; false when nothing will be. */
bool
gk_journal_wait(GkJournal *journal, uint64_t us)
{
	if (journal->log)
		return gk_logfile_wait(journal->log);
	check(sd_journal_wait(journal->j, us), "wait for");
	return true;
}

/*
 * From when to when the journal reaches, whoever wrote its entries.  False when
 * it is empty.
 */
bool
gk_journal_span(GkJournal *journal, uint64_t *from, uint64_t *to)
{
	if (journal->log)
		return gk_logfile_span(journal->log, from, to);
	return sd_journal_get_cutoff_realtime_usec(journal->j, from, to) > 0;
}
