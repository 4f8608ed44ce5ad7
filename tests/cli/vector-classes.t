#!/usr/bin/perl
# The class of each test vector's fault is as tests/vectors/EXPECTED.tsv has it. A report does not say classes: the program with hooks (build/hooks/evx)
# writes down each failure that it met, with its class. The class of a finding is that of the failure whose text it tells, else that of its code.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $top = abs_path(dirname($0) . '/../..');
my $build = $ENV{EVX_BUILD} // "$top/build";
plan skip_all => 'the program with hooks is not built' unless -x "$build/hooks/evx" && -x "$build/vectors-generate";
my $dir = tempdir(CLEANUP => 1);
system("$build/vectors-generate", "$dir/v") == 0 or die "no vectors";

my %named = ('corrupt' => 'corrupt', 'truncated' => 'truncated', 'not authentic' => 'forged', 'over limit' => 'limit', 'too new' => 'unsupported',
	'not an evx object' => 'not-ours', 'against a custody rule' => 'custody', 'wrong or missing key' => 'key', 'incomplete copy' => 'incomplete');
# What a finding is whose text is its own; corrupt, if it is not here.
my %own = ('D-TRUNCATED' => 'truncated', 'C-UNKNOWN-TYPE' => 'unsupported', 'C-LINK' => 'custody', 'R-ANSWER' => 'custody', 'R-DISCLOSURE' => 'custody', 'C-RECORD' => 'forged',
	'C-TAGMANIFEST' => 'forged', 'D-PACK-HASH' => 'forged', 'D-PACK-LENGTH' => 'forged');

sub text_of { my ($file) = @_; open my $h, '<:raw', $file or return ''; local $/; return scalar(<$h>) // '' }

# Two faults with one code: a hash that differs, or lines that no writer makes.
my %said = (qr/^tag manifest: expected the hashes/ => 'forged', qr/^tag manifest: expected one line/ => 'corrupt', qr/\(limit \d+\)/ => 'limit');

# The classes of what the program finds wrong with the vector of that name.
sub classes {
	my ($name) = @_;
	unlink "$dir/trace";
	local $ENV{EVX_TRACE} = "$dir/trace";
	local $ENV{EVX_HOME} = "$dir/v/lab";
	my $rc = system("'$build/hooks/evx' verify --deep '$dir/v/$name.evx' --trust '$dir/v/officer.card' --json >'$dir/out' 2>'$dir/err' </dev/null");
	return ("exit status $rc") if ($rc & 127) || $rc >> 8 > 5;
	my @failed = map { /^class ([^:]+): (.+)/ ? [$1, $2] : () } split /\n/, text_of("$dir/trace");
	my $report = eval { decode_json(text_of("$dir/out")) } // {};
	return ("no report: $rc") unless $report->{findings} || $report->{error} || $rc;
	my %class;
	if (!$report->{findings}) {
		$class{$named{$_->[0]} // $_->[0]} = 1 for grep { index(text_of("$dir/err"), $_->[1]) >= 0 } @failed;
	}
	for my $f (grep { $_->{weight} eq 'broken' || $_->{weight} eq 'newer' || ($_->{weight} eq 'unchecked' && $_->{code} eq 'D-TRUNCATED') } @{$report->{findings} // []}) {
		my $text = $f->{text};
		$text =~ s/\\x5c/\\/g;
		my @of = map { $_->[0] } grep { index($text, $_->[1]) == 0 } @failed;
		my ($said) = map { $said{$_} } grep { $text =~ $_ } keys %said;
		$f->{weight} eq 'unchecked' ? ($class{incomplete} = 1) : @of ? (@class{map { $named{$_} // $_ } @of} = (1) x @of) : ($class{$said // $own{$f->{code}} // 'corrupt'} = 1);
	}
	return sort keys %class;
}

my $n = 0;
for (split /\n/, text_of("$top/tests/vectors/EXPECTED.tsv")) {
	next if /^#/;
	my ($name, $class) = split /\t/;
	my @found = classes($name);
	$n++;
	if ($class eq '-') { is("@found", '', "$name: nothing makes it bad") }
	else { ok((grep { $_ eq $class } @found) > 0, "$name is $class") or diag("found: @found") }
}
cmp_ok($n, '>', 300, 'every vector was judged');
done_testing;
