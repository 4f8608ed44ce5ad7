#!/usr/bin/perl
# Calls that no file may make, and calls that only the program may make: the library never prints, exits, aborts or reads the environment.
use strict;
use warnings;
use Test::More;

my @anywhere = qw(strcpy stpcpy strcat sprintf vsprintf gets system popen alloca rand srand random srandom drand48
	atoi atol atoll atof strtok tmpnam tempnam mktemp);
my @library = qw(printf vprintf puts putchar putc fputs fputc fprintf vfprintf perror psignal err errx warn warnx
	exit _exit _Exit quick_exit abort assert getenv secure_getenv setenv putenv getopt getopt_long chdir fchdir umask);

# The text of file without comments, strings and characters, line numbers kept.
sub code {
	my ($file) = @_;
	open my $h, '<', $file or die "$file: $!";
	local $/;
	my $t = <$h>;
	$t =~ s{(/\*.*?\*/|//[^\n]*)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'}{ my $m = $&; defined $1 ? $m =~ s/[^\n]//gr : '""' }gse;
	return $t;
}

sub calls {
	my ($banned, @files) = @_;
	my $pattern = join '|', map { quotemeta } @$banned;
	my @found;
	for my $file (@files) {
		my $line = 0;
		for (split /\n/, code($file)) {
			$line++;
			push @found, "$file:$line: $1" while /(?<![\w.>])($pattern)\s*\(/g;
		}
	}
	return join "\n", @found;
}

my @vault = sort glob('vault/*/*.[ch] vault/*.h');
my @all = (@vault, sort glob('cli/*.[ch] paper/*.[ch] tests/bench/*.c'));
cmp_ok(scalar @vault, '>', 10, 'sources were found');
is(calls(\@anywhere, @all), '', 'no unsafe call in what is shipped');
# A process that the library forked itself ends in the file that forked it, without the handlers of the program.
my $forks = qr{^vault/(remote/|open/extract_target\.c)};
is(calls([grep { $_ ne '_exit' } @library], grep { m{$forks} } @vault) . calls(\@library, grep { !m{$forks} } @vault), '',
	'the library does not print, exit, abort or read the environment');
is(join("\n", grep { code($_) =~ /\b(stdout|stderr|stdin|environ)\b/ } @vault), '', 'nor does it name the standard streams');

# Hashes are compared by evx_hash_equal and evx_hash_order, of which one test tries every byte. memcmp is for marks and other lengths.
my $marks = qr/sizeof[ (]*(?:\w*magic|\w*begin|stem|joint|header|found, header|prefix|EVX_AGENT_PREFIX|JSON_(?:BEGIN|END)|uuid|m\b|\*known|[\w.>-]*sha1|[\w.>-]*md5)/;
my @hashes;
for my $file (grep { $_ ne 'vault/base/hash_equal.c' } @vault, glob('cli/*.[ch]')) {
	my $text = code($file);
	push @hashes, "$file: $&" while $text =~ /\bmemcmp(\((?:[^()]|(?1))*\))/g;
}
@hashes = grep { /, (?:32u?|EVX_SHA256_LEN)\)$/ || (/sizeof/ && !/$marks/) } @hashes;
is(join("\n", @hashes), '', 'hashes are compared in one place');
done_testing;
