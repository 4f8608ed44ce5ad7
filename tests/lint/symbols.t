#!/usr/bin/perl
# Symbols of the library: what is global begins with evx_, is used outside its object, and is named for its header.
# Hooks for tests are in no product.
use strict;
use warnings;
use Test::More;

my $build = $ENV{EVX_BUILD} // 'build';
my $lib = "$build/libevx.a";

sub slurp { my ($f) = @_; open my $h, '<', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

my (%object_of, %used);
for (`nm -A -g '$lib'`) {
	my ($object, $kind, $symbol) = m{:([^:]+\.o):\S*\s+([A-Za-z]) (\S+)$} or next;
	if ($kind eq 'U') { $used{$symbol}{$object} = 1 }
	elsif ($kind =~ /^[A-Z]$/) { $object_of{$symbol} = $object }
}
cmp_ok(scalar keys %object_of, '>', 100, "$lib defines global symbols");
my @foreign = grep { !/^evx_/ } sort keys %object_of;
is("@foreign", '', 'all of them start with evx_');

# The same names in a test build show that the look would find them.
like(join('', `nm '$build/hooks/evx'`), qr/\bevx_random_test_seed\b/, 'the build for tests has its hooks');
for my $thing ($lib, $ENV{EVX} // 'build/evx') {
	my @hooks = join('', `nm '$thing' 2>/dev/null`) =~ /\b(evx_[a-z_]*test_\w*|evx_confine_forced\w*)/g;
	is("@hooks", '', 'no hook for tests in ' . $thing =~ s{.*/}{}r);
}

# ---- Used outside its object: by another one, by the programs, by a test; or it is public.
my $elsewhere = join "\n", map { slurp($_) } glob('vault/evx.h vault/api/*.h cli/*.[ch] tests/*.h tests/*/*.[ch]');
my %word = map { $_ => 1 } $elsewhere =~ /\b(evx_\w+)/g;
# Waiting for their owners. This list only gets shorter.
my @alone;
for my $symbol (sort grep { /^evx_/ } keys %object_of) {
	my $object = $object_of{$symbol};
	my $alone = !$word{$symbol} && !grep { $_ ne $object } keys %{ $used{$symbol} // {} };
	push @alone, "$object: $symbol" if $alone;
}
is(join("\n", @alone), '', 'each is used outside its object; else it is static or superfluous');

# ---- A header's name, without _inner, is the prefix of its functions; or a type is that it defines.
# More prefixes, each with its reason.
my %also = (
	'base/buf.h' => 'put get',                  # big-endian integers in any bytes
	'base/cancel.h' => 'cancelled',             # reads as English where it is asked
	'base/confine.h' => 'before',
	'base/err.h' => 'fail',                     # the one word at each failure
	'base/hash_equal.h' => 'hash',
	'base/io.h' => 'read pread write pwrite fsync close check replace is',    # system calls under their own names
	'base/test_hooks.h' => 'random json test',  # of several files, for tests
	'base/path.h' => 'utf8 text',               # what a path's bytes are made of
	'crypto/hash.h' => 'sha256 hmac hkdf',      # algorithms under their own names
	'crypto/secret.h' => 'crypto wipe equal random',
	'crypto/sshsig.h' => 'ed25519',
	'format/text.h' => 'hex base64 bech32 seal', # encodings under their own names
	'format/vault_log.h' => 'vault_json',       # vault.json names the log that it begins
);
my @wrong;
for my $file (sort glob('vault/*/*.h')) {
	my $text = slurp($file);
	my ($path, $stem) = $file =~ m{^vault/(\w+/(\w+?)(?:_inner)?\.h)$};
	next if $path =~ m{^api/};                  # by subject: people, seal, verify
	my @prefix = ($stem, split(' ', $also{ $file =~ s{^vault/}{}r } // ''));
	push @prefix, $1 while $text =~ /^(?:struct|enum|union) evx_(\w+)\s*[{;]/mg;
	$text =~ s{/\*.*?\*/}{}gs;
	$text =~ s{^\s*\#(?:.*\\\n)*.*\n}{}gm;
	1 while $text =~ s/\{[^{}]*\}/;/gs;
	for (split /;/, $text) {
		my ($symbol) = /^\s*(?!typedef\b)[^(]*?\b(evx_\w+)\s*\((?!\*)/s or next;
		next if grep { $symbol =~ /^evx_\Q$_\E(?:_|$|\d)/ } @prefix;
		push @wrong, "$file: $symbol";
	}
}
is(join("\n", @wrong), '', "a header's name, or that of a type in it, is the prefix of its functions");

done_testing;
