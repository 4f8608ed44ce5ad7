#!/usr/bin/perl
# The checker of a report page (checker/) says the same as the library of limits and event types, and its modules join to one script.
use strict;
use warnings;
use Test::More;

sub slurp { my ($f) = @_; open my $h, '<:encoding(UTF-8)', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

my $limits = slurp('vault/format/limits.h') . slurp('vault/base/json.c');
my %limit = map { /^#define\s+(\w+_(?:MAX|LEN))\s+(.+?)\s*(?:\/\*.*)?$/ ? ($1 => $2) : () } split /\n/, $limits;
sub value { my ($n) = @_; my $e = $limit{$n} // die "limits.h: no $n"; $e =~ s/\b(\d+)[uUlL]+\b/$1/g; $e =~ s/\((?:uint64_t|size_t|uint32_t)\)//g; return eval $e }
my %constants = (
	'archive.js PACK' => 'EVX_PACK_LEN', 'archive.js SMALL' => 'EVX_MEMBER_MAX', 'archive.js MANIFEST' => 'EVX_MANIFEST_MAX', 'archive.js EVENTS' => 'EVX_EVENTS_MAX',
	'event.js DOCUMENT' => 'EVX_DOCUMENT_MAX',
	'json_line.js NESTING' => 'EVX_JSON_DEPTH_MAX', 'json_line.js CONTAINERS' => 'NESTS_MAX', 'json_line.js VALUES' => 'VALUES_MAX',
);
for (sort keys %constants) {
	my ($file, $name) = split / /;
	my ($said) = slurp("checker/$file") =~ /^(?:export )?const $name = (\d+);$/m;
	is($said, value($constants{$_}), "$_ is $constants{$_}");
}

my ($table) = slurp('checker/event.js') =~ /^export const TYPES = \{\n(.*?)^\};/ms;
my %here = map { /^\t"?([a-z-]+)"?: \{ by: "(\w+)"/ ? ($1 => $2) : () } split /\n/, $table;
my %handles = map { /^\t"?([a-z-]+)"?:.*handles: true/ ? ($1 => 1) : () } split /\n/, $table;
my (%there, %handling);
my $types = slurp('vault/format/event_type.c');
while ($types =~ /\.name = EVX_SAID\("([a-z-]+)"\),\s*\.by = EVX_BY_(\w+),(.*?)\.says/gs) {
	my ($type, $by, $more) = ($1, lc $2, $3);
	next if $type eq 'seal';
	$there{$type} = $by;
	$handling{$type} = 1 if $more =~ /handles = true/;
}
is_deeply(\%here, \%there, 'the types of events, and who may sign them');
is_deeply(\%handles, \%handling, 'and which of them need the exhibit');

my $script = qx(build-aux/checker.sh script);
is($?, 0, 'the modules join');
my %names;
$names{$_}++ for $script =~ /^(?:async )?(?:function|class|const|let) (\w+)/mg;
is(join(' ', grep { $names{$_} > 1 } sort keys %names), '', 'no name stands in two of them');
unlike($script, qr{</script|<!--}i, 'nothing in it ends the script');
unlike($script, qr/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(/, 'it makes no markup of texts and speaks to nobody');
for my $file (sort glob('checker/*.js')) {
	my $text = slurp($file);
	is(join(' ', grep { length > 160 } split /\n/, $text), '', "$file: no line is over 160 characters");
	like($text, qr{\A// \S}, "$file begins with what it is for");
}
done_testing;
