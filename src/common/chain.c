/*-------------------------------------------------------------------------
 *
 * chain.c
 *	  The keyed hash of a record; see chain.h.
 *
 * Copyright (c) 2026, the pg_gatekeeper authors
 * SPDX-License-Identifier: PostgreSQL
 *
 *-------------------------------------------------------------------------
 */
#include "common/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A key has as many bytes at least and at most. */
#define GK_KEY_MIN 32
#define GK_KEY_MAX 4096

/* Is the field part of what is hashed?  Which process sends it may change later. */
bool
gk_chain_covers(const char *field)
{
	static const char *const others[] = {"MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", NULL};

	for (int i = 0; others[i]; i++)
		if (strcmp(field, others[i]) == 0)
			return true;
	return strncmp(field, "GATEKEEPER_", 11) == 0 && strcmp(field, GK_CHAIN_FIELD) != 0 &&
		strcmp(field, "GATEKEEPER_SENDER_PID") != 0;
}

static void
make_key(GkChainKey *key, const unsigned char *bytes, size_t len)
{
	unsigned char block[GK_SHA256_BLOCK] = {0};
	unsigned char pad[GK_SHA256_BLOCK];

	if (len > sizeof(block))
		gk_sha256_end(gk_sha256_start, 0, bytes, len, block);
	else
		memcpy(block, bytes, len);
	for (int i = 0; i < GK_SHA256_BLOCK; i++)
		pad[i] = block[i] ^ 0x36;
	memcpy(key->inner, gk_sha256_start, sizeof(key->inner));
	gk_sha256_block(key->inner, pad);
	for (int i = 0; i < GK_SHA256_BLOCK; i++)
		pad[i] = block[i] ^ 0x5c;
	memcpy(key->outer, gk_sha256_start, sizeof(key->outer));
	gk_sha256_block(key->outer, pad);
}

/*
 * Read the key from a file: all of it but a line feed at its end.  Returns what is
 * wrong, or NULL.
 */
const char *
gk_chain_read_key(const char *path, GkChainKey *key)
{
	unsigned char bytes[GK_KEY_MAX + 2];
	struct stat st;
	size_t		used = 0;
	ssize_t		n = 0;
	int			fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) != 0)
		st.st_mode = 0;
	if (S_ISREG(st.st_mode) && (st.st_mode & 07) == 0 && (st.st_mode & S_IWGRP) == 0)
		while (used < sizeof(bytes) && (n = read(fd, bytes + used, sizeof(bytes) - used)) > 0)
			used += n;
	close(fd);
	if (!S_ISREG(st.st_mode))
		return "It is not a file.";
	if ((st.st_mode & 07) != 0 || (st.st_mode & S_IWGRP) != 0)
		return "Others can read or change it: its mode should be 0400, or 0440.";
	if (used > 0 && bytes[used - 1] == '\n')
		used--;
	if (used < GK_KEY_MIN || used > GK_KEY_MAX)
		return "A key has 32 bytes at least, and 4096 at most.";
	make_key(key, bytes, used);
	memset(bytes, 0, sizeof(bytes));
	return NULL;
}

void
gk_chain_begin(GkChainHash *hash, const GkChainKey *key)
{
	memcpy(hash->state, key->inner, sizeof(hash->state));
	hash->in_block = 0;
	hash->done = GK_SHA256_BLOCK;
}

static void
add(GkChainHash *hash, const char *data, size_t len)
{
	while (len > 0)
	{
		size_t		room = GK_SHA256_BLOCK - hash->in_block;
		size_t		part = len < room ? len : room;

		memcpy(hash->block + hash->in_block, data, part);
		hash->in_block += part;
		data += part;
		len -= part;
		if (hash->in_block == GK_SHA256_BLOCK)
		{
			gk_sha256_block(hash->state, hash->block);
			hash->done += GK_SHA256_BLOCK;
			hash->in_block = 0;
		}
	}
}

/* The next field, in the order of names. */
void
gk_chain_add(GkChainHash *hash, const char *name, const char *value, size_t len)
{
	char		head[9] = "\n";

	for (int i = 0; i < 8; i++)
		head[i + 1] = (char) ((uint64_t) len >> 8 * i & 0xFF);
	add(hash, name, strlen(name));
	add(hash, head, sizeof(head));
	add(hash, value, len);
	add(hash, "\n", 1);
}

void
gk_chain_end(GkChainHash *hash, const GkChainKey *key, unsigned char out[GK_SHA256_BYTES])
{
	unsigned char inner[GK_SHA256_BYTES];

	gk_sha256_end(hash->state, hash->done, hash->block, hash->in_block, inner);
	gk_sha256_end(key->outer, GK_SHA256_BLOCK, inner, sizeof(inner), out);
}

/* As hexadecimal digits, with a NUL. */
void
gk_chain_hex(const unsigned char *bytes, int count, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < count; i++)
	{
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}
