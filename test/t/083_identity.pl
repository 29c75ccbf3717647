#
# Application users: keys from files and their rotation, what a record says of a
# token, a standby, restarts, and what else tries to say who somebody is.
#
# Copyright (c) 2026, the pg_gatekeeper authors
# SPDX-License-Identifier: PostgreSQL

use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use GkTest;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Utils ();
use Test::More;
use Time::HiRes qw(sleep time);

my ($socket, $records) = start_collector();
my $node = new_gatekeeper_node('identity', streaming => 1,
	conf => "log_statement = none\ngatekeeper.audit_sink = 'journald'\ngatekeeper.audit_journal_socket = '$socket'\n");
load_probes($node);
value_of($node, 'CREATE EXTENSION pg_gatekeeper; CREATE DATABASE elsewhere');

if (value_of($node, q{SELECT gatekeeper.issue('x', '1 hour') IS NULL}) ne 'f')
{
	plan(skip_all => 'built without OpenSSL');
}

my $dir = PostgreSQL::Test::Utils::tempdir();
my %secret = map { $_ => "$_ is a secret that has thirty-two bytes and some more" } qw(h1 h2 signs);

sub spew
{
	my ($file, $text, $mode) = @_;
	open my $fh, '>', $file or die "$file: $!";
	print $fh $text;
	close $fh;
	chmod $mode // 0600, $file;
	return $file;
}

sub jwk
{
	my ($kid, $more) = @_;
	return sprintf '{"kty":"oct","kid":"%s","alg":"HS256","k":"%s"%s}', $kid, encode_base64url($secret{$kid}), $more // '';
}

sub jwks { return '{"keys":[' . join(',', @_) . ']}' }

# A token by that key, as a provider would make it.
sub token
{
	my ($kid, $claims, $signature) = @_;
	my $signed = encode_base64url(qq({"alg":"HS256","typ":"JWT","kid":"$kid"})) . '.' . encode_base64url("{$claims}");
	return "$signed." . encode_base64url($signature // hmac_sha256($signed, $secret{$kid}));
}

sub claims
{
	my ($user, $more) = @_;
	return sprintf '"iss":"https://idp.example","aud":"db","exp":%d,"sub":"%s","sid":"s-%s"%s', time + 600, $user, $user, $more // '';
}

sub login { return "SELECT gatekeeper.login('$_[0]')" }

# Refused, and for this reason on record, without the token.
my $seen = 0;
sub refused
{
	my ($on, $token, $reason, $what) = @_;
	my ($ok, $out, $err) = run_as($on, 'gk_user', login($token));
	my @new;

	ok(!$ok && $err =~ /42501: pg_gatekeeper: logging in with this token is not allowed/, "$what: refused")
	  or diag("output: $out\nerrors: $err");
	for (1 .. 50)
	{
		my @all = grep { ($_->{GATEKEEPER_RULE} // '') eq 'identity' } $records->();
		@new = @all[ $seen .. $#all ];
		$seen = @all;
		last if @new;
		sleep 0.05;
	}
	is(join('|', map { $_->{GATEKEEPER_OBJECT} } @new), $reason, '... for that reason, on record');
	my $text = join "\n", map { my $r = $_; map { "$_=" . ($r->{$_} // '') } keys %$r } @new;
	ok(index($text, $token) < 0 && $text !~ /GATEKEEPER_(?:STATEMENT|ARGUMENTS)=./, '... without the token')
	  or diag($text);
	return;
}

sub is_user
{
	my ($on, $token, $user, $what) = @_;
	my ($ok, $out, $err) = run_as($on, 'gk_user', login($token));
	return is("$out$err", $user, $what);
}

sub conf
{
	my ($on, $lines, $words) = @_;
	$on->append_conf('postgresql.conf', $lines);
	return reload_and_wait($on, $words // qr/parameter "gatekeeper\.\w+" changed|not changed|errors/);
}

# ------------------------------------------------------------------------
# Keys in a file
# ------------------------------------------------------------------------

my $alice = token('h1', claims('alice'));

# denied: the server has no such key
refused($node, $alice, 'key is not known', 'a token before there are keys');

my $file = spew("$dir/keys.json", jwks(jwk('h1')));
like(conf($node, "gatekeeper.identity_keys = '$file'\ngatekeeper.identity_issuers = 'https://other.example, https://idp.example'\n"
	  . "gatekeeper.identity_audiences = 'db'\ngatekeeper.identity_leeway = 0\n"),
	qr/"gatekeeper\.identity_keys" changed/, 'keys come with a reload');
# allowed: a good token
is_user($node, $alice, 'alice', 'a token by that key');
# denied: a good one, but for somebody else
refused($node, token('h1', claims('alice') =~ s/"db"/"shop"/r), 'audience is not one of gatekeeper.identity_audiences', 'a token for another service');
refused($node, token('h1', claims('alice') =~ s/idp\./evil./r), 'issuer is not one of gatekeeper.identity_issuers', '... from another provider');
refused($node, token('h1', claims('alice'), 'x' x 32), 'signature is wrong', '... by who has no key');
refused($node, token('h1', claims('alice') =~ s/"exp":\d+/'"exp":' . int(time - 5)/er), 'expired', '... of yesterday');
refused($node, "x$alice", 'header is not a JSON object, or has a member twice', '... with something before it');

# Rotation: two keys, then the new one.
spew($file, jwks(jwk('h1'), '{"kty":"RSA","kid":"enc","use":"enc","alg":"RSA-OAEP","n":"AQAB","e":"AQAB"}', jwk('h2')));
reload_and_wait($node);
is_user($node, $alice, 'alice', 'with two keys, a token by the old one');
my $bob = token('h2', claims('bob'));
is_user($node, $bob, 'bob', '... and by the new one');
spew($file, jwks(jwk('h2')));
my $session = open_session($node, 'gk_user');
is(($session->(login($bob)))[0], "bob\n", 'a session begins');
reload_and_wait($node);
refused($node, $alice, 'key is not known', 'by the old one, when it is gone');
is_user($node, $bob, 'bob', '... by the new one');
is(($session->('SELECT gatekeeper.app_user()'))[0], "bob\n", 'a reload does not end a session');

# What cannot be used leaves what was there.
foreach my $case (
	[ 'not JSON', '{"keys":[', 0600, qr/not one JSON object/ ],
	[ 'readable for others', jwks(jwk('h1')), 0644, qr/holds a secret, and others/ ],
	[ 'writable for others', jwks(jwk('h1')), 0622, qr/others than its owner can write/ ],
	[ 'with a short secret', '{"kty":"oct","kid":"h1","k":"AAAA"}', 0600, qr/shorter than its hash/ ],
	[ 'without a key', jwks(), 0600, qr/holds no key/ ])
{
	my ($what, $text, $mode, $words) = @$case;
	spew($file, $text, $mode);
	like(reload_and_wait($node, $words), $words, "keys that are $what are not taken");
	is_user($node, $bob, 'bob', '... and those that were there stay');
}
spew($file, jwks(jwk('h2')));
my $data = $node->data_dir;
spew("$data/keys.json", jwks(jwk('h1')));
symlink "$data/keys.json", "$dir/link.json";
like(conf($node, "gatekeeper.identity_keys = '$_'\n", qr/is in the data directory/), qr/is in the data directory/,
	'keys in the data directory are not taken') foreach "$data/keys.json", "$dir/link.json";
like(conf($node, "gatekeeper.identity_keys = 'keys.json'\n", qr/absolute/), qr/not an absolute path/, '... nor by a relative path');
is_user($node, $bob, 'bob', '... and those that were there stay');
conf($node, "gatekeeper.identity_keys = '$file'\n");

# A directory of public keys.
SKIP:
{
	mkdir "$dir/pem";
	skip 'openssl is not installed', 4 if system('openssl version >/dev/null 2>&1') != 0;
	skip 'openssl makes no such keys', 4
	  if system("cd '$dir' && openssl genpkey -algorithm ed25519 -out ed.key 2>/dev/null && openssl pkey -in ed.key -pubout -out pem/ed.pem && "
		  . 'openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null && openssl pkey -in rsa.key -pubout -out pem/rsa.pem') != 0;
	conf($node, "gatekeeper.identity_keys = '$dir/pem'\n");
	my %signer = (
		EdDSA => [ 'ed', 'pkeyutl', '-sign', '-rawin', '-inkey', "$dir/ed.key", '-in' ],
		RS256 => [ 'rsa', 'dgst', '-sha256', '-sign', "$dir/rsa.key" ]);
	foreach my $alg (sort keys %signer)
	{
		my ($kid, @how) = @{ $signer{$alg} };
		my $signed = encode_base64url(qq({"alg":"$alg","kid":"$kid"})) . '.' . encode_base64url('{' . claims('carol') . '}');
		spew("$dir/signed", $signed);
		open my $fh, '-|', 'openssl', @how, "$dir/signed" or die "openssl: $!";
		binmode $fh;
		my $signature = do { local $/; <$fh> };
		close $fh;
		is_user($node, "$signed." . encode_base64url($signature), 'carol', "a token by a key in PEM, $alg");
	}
	# denied: the public key, which everybody has, as if it were a secret
	$secret{rsa} = GkTest::slurp("$dir/pem/rsa.pem");
	refused($node, token('rsa', claims('carol')), 'algorithm is not that of the key', 'HS256 with the public key');
	conf($node, "gatekeeper.identity_keys = '$file'\n");
}

# ------------------------------------------------------------------------
# Records, and the server's log
# ------------------------------------------------------------------------

run_as($node, 'gk_user', login($bob) . q{; SELECT gk.as_definer('ALTER ROLE gk_user SUPERUSER')});
my ($record) = grep { ($_->{GATEKEEPER_RULE} // '') eq 'role_superuser' } $records->();
is(join('|', map { $record->{"GATEKEEPER_APP_$_"} // '' } qw(USER ISSUER KEY SESSION)),
	'bob|https://idp.example|h2|s-bob', 'a record of such a session says who it was');
like($record->{MESSAGE}, qr/ app_user="bob"/, '... and its line');
unlike(GkTest::slurp($node->logfile), qr/^(?:.*(?:STATEMENT|CONTEXT|DETAIL):|\t).*eyJ/m, "no token is in the server's log");
is(join(' ', map { $_->{GATEKEEPER_RULE} } grep { join(' ', map { $_ // '' } values %$_) =~ /eyJ/ } $records->()), '', '... nor in a record');

# ------------------------------------------------------------------------
# What else tries to say who it is
# ------------------------------------------------------------------------

foreach my $role (qw(gk_user postgres))
{
	local $ENV{PGOPTIONS} = '-c gatekeeper.application_user=alice';
	my ($ok, $out, $err) = run_as($node, $role, 'SELECT gatekeeper.app_user()');
	ok(!$ok && $err =~ /application user cannot be set like this/, "$role cannot say it in the connection's options") or diag("$out$err");
}
like(conf($node, "gatekeeper.application_user = 'alice'\n", qr/errors/), qr/application user cannot be set like this/, 'a configuration file does not say it');
is(value_of($node, 'SELECT gatekeeper.app_user() IS NULL'), 't', '... nobody is logged in');
$node->adjust_conf('postgresql.conf', 'gatekeeper.application_user', undef);
reload_and_wait($node);
# allowed: a session of PostgREST's, with the functions that are installed
PostgreSQL::Test::Utils::system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
	'-f', "$ENV{GK_TOP}/conf/examples/auth-functions.sql");
my $uuid = '8b6e2f0c-1d3a-4c5b-9e7f-0a1b2c3d4e5f';
my $rest = token('h2', claims($uuid, ',"role":"authenticated","email":"u@example.com"'));
is((run_as($node, 'gk_user', qq{BEGIN;
		SELECT set_config('request.headers', '{"authorization":"Bearer $rest"}', true) \\g /dev/null
		SELECT set_config('request.jwt.claims', '{"sub":"forged"}', true) \\g /dev/null
		SELECT auth.pre_request() \\g /dev/null
		SELECT auth.uid(), auth.role(), auth.email(), auth.jwt() ->> 'sid'; COMMIT;
		SELECT auth.uid() IS NULL}))[1],
	"$uuid|authenticated|u\@example.com|s-$uuid\nt", 'functions that policies for PostgREST call');

# It ends with the token, while the session goes on.
my $short = token('h2', claims('dave') =~ s/"exp":\d+/'"exp":' . int(time + 2)/er);
is(($session->(login($short)))[0], "dave\n", 'a token for a moment');
sleep 2.5;
is(($session->('SELECT coalesce(gatekeeper.app_user(), gatekeeper.app_claim($$sub$$), $$nobody$$)'))[0], "nobody\n", '... is good for that');

# ------------------------------------------------------------------------
# Other databases, restarts, a standby
# ------------------------------------------------------------------------

my $own = value_of($node, q{SELECT gatekeeper.issue('erin', '1 hour')});
is_user($node, $own, 'erin', 'a token of the server');
$node->safe_psql('elsewhere', 'CREATE EXTENSION pg_gatekeeper');
my ($status, $out, $err) = $node->psql('elsewhere', login($own), extra_params => [ '-U', 'gk_user' ]);
ok($status != 0 && $err =~ /not allowed.*bound to another database/s, '... is of no use in another database') or diag("$out$err");

spew($file, jwks(jwk('h2'), jwk('signs', ',"key_ops":["sign","verify"]')));
reload_and_wait($node);
my $kept = value_of($node, q{SELECT gatekeeper.issue('frank', '1 hour', '{}', '{}')});
# denied: what only the server says, by a provider that has this secret
$seen = grep { ($_->{GATEKEEPER_RULE} // '') eq 'identity' } $records->();
refused($node, token('signs', claims('frank')), 'issuer is not one of gatekeeper.identity_issuers', 'a token by its key that it has not issued');

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('identity_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
is_user($standby, $bob, 'bob', 'on a standby');
is_user($standby, $kept, 'frank', '... a token that the primary has issued with a key of a file');
is($standby->safe_psql('postgres', q{SELECT gatekeeper.login(gatekeeper.issue('gina', '1 hour'))}), 'gina', '... and one of its own');
$standby->stop;

spew($file, jwks(jwk('h2')));
$node->restart;
$session = undef;
is((run_as($node, 'gk_user', login($own)))[0], '', "after a restart, what the server's own key had signed is nothing");
is_user($node, $bob, 'bob', "... and a provider's token what it was");
$node->stop;
spew($file, '{');
like(restart_fails($node, 'with keys that cannot be read no server starts'), qr/The keys in "\Q$file\E" cannot be used/, '... and it says why');

done_testing();
