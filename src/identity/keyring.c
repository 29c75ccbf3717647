/*-------------------------------------------------------------------------
 *
 * keyring.c
 *	  The keys that tokens are verified with: read by the postmaster, shared with
 *	  everybody.
 *
 * gatekeeper.identity_keys names a JWK Set, or a directory with a public key in
 * each *.pem, whose name is the key's.  The postmaster reads it when it starts and
 * at each reload, as it does with pg_hba.conf and the server's certificates; so
 * sessions, which may be kept from files, need not.  Keys that cannot be read leave
 * those that were there.  Nothing is ever fetched.
 *
 * One key more is made at server start, for gatekeeper.issue(), unless a secret of
 * the set says in its key_ops that it signs.  The postmaster writes without a lock:
 * to the set that nobody reads, which then becomes the one that all do.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "identity/keyring.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#define GK_FILE_SIZE (256 * 1024)

typedef struct Ring
{
	pg_atomic_uint64 generation;	/* the lowest bit: which set is in use */
	GkKeys		sets[2];
} Ring;

static Ring *ring;

/* The postmaster's: of the file as read last, and what was made at start. */
static GkKeys from_file;
static GkKey made;

void
gk_keyring_shmem_request(void)
{
	RequestAddinShmemSpace(sizeof(Ring));
}

void
gk_keyring_shmem_startup(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	ring = ShmemInitStruct("pg_gatekeeper keys", sizeof(Ring), &found);
	if (!found)
	{
		memset(ring, 0, sizeof(Ring));
		pg_atomic_init_u64(&ring->generation, 0);
		gk_keyring_publish();
	}
	LWLockRelease(AddinShmemInitLock);
}

static void
make_key(void)
{
	unsigned char name[9];

	made.algorithm = GK_HS256;
	made.signs = true;
	made.length = 32;
	strcpy(made.id, "server-");
	if (!pg_strong_random(made.bytes, made.length) || !pg_strong_random(name, sizeof(name)))
		ereport(FATAL,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("pg_gatekeeper: could not generate a random key")));
	(void) gk_base64url_encode(name, sizeof(name), made.id + strlen(made.id), sizeof(made.id) - strlen(made.id));
}

static bool
has_signing_key(const GkKeys *keys)
{
	for (int i = 0; i < keys->count; i++)
		if (keys->key[i].signs)
			return true;
	return false;
}

/* What was read is now what counts.  In the postmaster; does nothing elsewhere. */
void
gk_keyring_publish(void)
{
	uint64		generation;
	GkKeys	   *next;

	if (IsUnderPostmaster || ring == NULL)
		return;
	if (made.length == 0 && gk_crypto_is_there())
		make_key();
	generation = pg_atomic_read_u64(&ring->generation) + 1;
	next = &ring->sets[generation & 1];
	memcpy(next, &from_file, sizeof(GkKeys));
	/* the reader of a file leaves room for one */
	if (made.length > 0 && !has_signing_key(next))
		next->key[next->count++] = made;
	pg_write_barrier();
	pg_atomic_write_u64(&ring->generation, generation);
}

/* The set as it is now; another reload may come while it is copied. */
void
gk_keyring_copy(GkKeys *keys)
{
	uint64		generation;

	keys->count = 0;
	if (ring == NULL)
		return;
	do
	{
		generation = pg_atomic_read_u64(&ring->generation);
		pg_read_barrier();
		memcpy(keys, &ring->sets[generation & 1], sizeof(GkKeys));
		pg_read_barrier();
	} while (pg_atomic_read_u64(&ring->generation) != generation);
}

/* ------------------------------------------------------------------------
 * Reading files
 * ------------------------------------------------------------------------
 */

/*
 * Nobody but the server's user and root may be able to change it, nor any session by
 * way of the data directory.  Returns what is wrong, or NULL.
 */
static const char *
check_place(const char *path, struct stat *st)
{
	char		real[PATH_MAX];
	char		data[PATH_MAX];

	if (stat(path, st) != 0)
		return strerror(errno);
	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return "it is neither a file nor a directory";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "its owner is neither the server's user nor root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "others than its owner can write to it";
	if (DataDir && realpath(path, real) && realpath(DataDir, data) &&
		path_is_prefix_of_path(data, real))
		return "it is in the data directory, where sessions can write";
	return NULL;
}

/* With a NUL behind it; returns what is wrong, or NULL. */
static const char *
read_file(const char *path, char *text, size_t *length, mode_t *mode)
{
	struct stat st;
	const char *wrong = check_place(path, &st);
	FILE	   *file;

	if (wrong == NULL && !S_ISREG(st.st_mode))
		wrong = "it is not a file";
	if (wrong)
		return wrong;
	*mode = st.st_mode;
	file = AllocateFile(path, "r");
	if (file == NULL)
		return strerror(errno);
	*length = fread(text, 1, GK_FILE_SIZE, file);
	if (ferror(file))
		wrong = strerror(errno);
	else if (*length == GK_FILE_SIZE)
		wrong = "it is too long";
	text[*length < GK_FILE_SIZE ? *length : GK_FILE_SIZE - 1] = '\0';
	FreeFile(file);
	return wrong;
}

static const char *
read_set(const char *path, GkKeys *keys, char *text)
{
	size_t		length;
	mode_t		mode;
	const char *wrong = read_file(path, text, &length, &mode);

	if (wrong == NULL)
		wrong = gk_keys_read(keys, text, length);
	for (int i = 0; wrong == NULL && i < keys->count; i++)
		if (gk_key_is_secret(&keys->key[i]) && (mode & (S_IRWXG | S_IRWXO)))
			wrong = "it holds a secret, and others than its owner can read it";
	return wrong;
}

static bool
is_pem(const char *name)
{
	size_t		length = strlen(name);

	return length > 4 && name[0] != '.' && strcmp(name + length - 4, ".pem") == 0;
}

/* Each *.pem of the directory; *name is the one that something is wrong with. */
static const char *
read_directory(const char *path, GkKeys *keys, char *text, char *name)
{
	DIR		   *directory = AllocateDir(path);
	struct dirent *entry;
	const char *wrong = directory ? NULL : strerror(errno);

	while (wrong == NULL && (entry = ReadDirExtended(directory, path, LOG)) != NULL)
	{
		char		file[MAXPGPATH];
		size_t		length;
		mode_t		mode;

		if (!is_pem(entry->d_name))
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		strlcpy(name, entry->d_name, MAXPGPATH);
		wrong = read_file(file, text, &length, &mode);
		name[strlen(name) - 4] = '\0';
		if (wrong == NULL)
			wrong = gk_keys_add_pem(keys, name, text, length);
	}
	if (directory)
		FreeDir(directory);
	return wrong;
}

/*
 * Read the keys, to be published.  False, and the keys that were there stay, when
 * something is wrong; in sessions, which do not read them, true.
 */
bool
gk_keyring_read(const char *path, char *wrong, size_t size)
{
	static GkKeys keys;			/* too large for a stack */
	struct stat st;
	char		name[MAXPGPATH] = "";
	const char *reason = NULL;
	char	   *text;

	if (IsUnderPostmaster)
		return true;
	memset(&keys, 0, sizeof(keys));
	if (*path != '\0')
	{
		text = palloc(GK_FILE_SIZE);
		reason = check_place(path, &st);
		if (reason == NULL)
			reason = S_ISDIR(st.st_mode) ? read_directory(path, &keys, text, name) :
				read_set(path, &keys, text);
		if (reason == NULL && keys.count == 0)
			reason = "it holds no key that could be used";
		if (reason == NULL && keys.count == GK_MAX_KEYS)
			reason = "there are too many keys";
		explicit_bzero(text, GK_FILE_SIZE);
		pfree(text);
	}
	if (reason == NULL)
		memcpy(&from_file, &keys, sizeof(keys));
	else
		snprintf(wrong, size, "%s%s%s", name, *name ? ".pem: " : "", reason);
	explicit_bzero(&keys, sizeof(keys));
	return reason == NULL;
}
