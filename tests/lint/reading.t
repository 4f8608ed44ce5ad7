#!/usr/bin/perl
# What people read is in their language: no words that belong in the spec, no sentence over 30 words (in the spec itself: 45). CONTRIBUTING.md has the rules.
use strict;
use warnings;
use Test::More;

my $longest = 30;
# Each of these has a plain word in the table of CONTRIBUTING.md.
my $inside = qr{(?<![\w.<%/-])(?:rewrap(?:s|ped|ping)?|recipes?|heads?|epochs?|shapes?|skeletons?|stanzas?|remnants?|strangers?|rightful|whoever)(?![\w/-]|\.\w)}i;

# Files that are not rewritten yet. Take a file off the list when you have rewritten it; put none on it.
my %later = map { chomp; $_ => 1 } grep { /\S/ } <DATA>;

my (%words, %long, $sources, $pages);
sub look {
	my ($file, $line, $text, $most) = @_;
	my $said = $text =~ s/\bevx[ -]rewrap\b|\bevx help rewrap\b|[`']rewrap[`']|\bhead -c\b//gr;
	$words{$file}{"$file:$line: $1"} = 1 while !$most && $said =~ /($inside)/g;
	for my $sentence (split /(?<=[.!?])['")\]]*\s+|\s*\n+\s*/, $text) {
		my $n = grep { /\w/ } split ' ', $sentence;
		$long{$file}{"$file:$line: $n words: " . substr($sentence, 0, 60)} = 1 if $n > ($most // $longest);
	}
}
sub slurp { my ($f) = @_; open my $h, '<:encoding(UTF-8)', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

# C: string literals of more than one word, neighbours joined. SQL, synopses of commands and lists of bytes are no sentences.
for my $file (split /\n/, `find vault cli paper -name '*.c' | sort`) {
	my $text = slurp($file);
	$text =~ s{("(?:[^"\\\n]|\\.)*")|(/\*.*?\*/|//[^\n]*)}{defined $1 ? $1 : $2 =~ tr/\n//cdr}gse;
	$text =~ s/^[ \t]*#.*//gm;
	while ($text =~ /((?:"(?:[^"\\]|\\.)*"\s*(?:PRI\w+\s*)?)+)/g) {
		my ($literal, $line) = ($1, 1 + (substr($text, 0, $-[1]) =~ tr/\n//));
		my $said = join '', $literal =~ /"((?:[^"\\]|\\.)*)"/g;
		$said =~ s/\\n/\n/g;
		$said =~ s/\\(.)/$1/gs;
		next if $said !~ /\w \S+ \S/ || $said =~ /^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|ALTER|DROP|ATTACH) | FROM \w+ (?:WHERE|ORDER)/;
		next if $said =~ /\[--\w|--[\w-]+ [A-Z]+ \||\[options\]/;
		$sources++;
		look($file, $line, $said);
	}
}

# Manual pages: the running text. Names, synopses, item heads and examples are no sentences.
for my $file (grep { slurp($_) !~ /^\.so / } glob('cli/man/*.[1-9]')) {
	my ($part, $begin, $code, $skip, $no) = ('', 1, 0, 0, 0);
	for my $line (split(/\n/, slurp($file)), '.Pp') {
		$no++;
		$code = 1 if $line =~ /^\.Bd -(?:literal|unfilled)/;
		$code = 0 if $line =~ /^\.Ed/;
		$skip = $1 eq 'SYNOPSIS' || $1 eq 'NAME' || $1 eq 'SEE ALSO' if $line =~ /^\.Sh (.*)/;
		if ($line =~ /^\.(?:Sh|Ss|Pp|Bl|El|It|Bd|Ed|Dd|Dt|Os|D1|Dl|Nd)\b/) {
			look($file, $begin, $part) if $part =~ /\S/;
			($part, $begin) = ('', $no + 1);
			next;
		}
		next if $code || $skip;
		if ($line =~ /^\.(\w+)\s*(.*)/) {
			my ($macro, $rest) = ($1, $2);
			next if $macro eq 'Op';
			# What is typed, and names of files, may be any word.
			$rest = join ' ', map { /^\p{Punct}$/ ? $_ : 'X' } split ' ', $rest if $macro =~ /^(?:Fl|Ar|Pa|Cm|Ql|Li|Ic|Nm|Xr|Ev|Va)$/;
			$line = $rest =~ s/\b(?:Fl|Ar|Pa|Cm|Nm|Xr) \S+/X/gr;
			$line =~ s/^X((?: X)*)/X/;
		}
		$part .= " $line";
	}
	$pages++;
}

# Pages for people: prose and the cells of tables. Commands and what stands in backticks may hold any word.
# Of the pages for programmers, which keep their words, prose only.
my @spec = glob('format-spec/*.md');
my %spec = map { $_ => 45 } @spec;
for my $file (@spec, 'README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'vault/README.md', glob('tests/*/README.md'), 'format-spec/bundle-readme.txt', 'format-spec/reader-readme.txt') {
	my $text = slurp($file) =~ s/^```.*?^```//msgr;
	# The page that says which words not to use has to say them.
	$text =~ s/^### Today and better\n.*?(?=^### Where)/"\n" x ($& =~ tr,\n,,)/mse if $file eq 'CONTRIBUTING.md';
	my ($part, $begin, $no) = ('', 1, 0);
	for my $line (split(/\n/, $text), '') {
		$no++;
		my $cells = $line =~ /^\|/;
		if ($line =~ /^\s*$/ || $cells || $line =~ /^(?:#|\s*(?:[*-]|\d+\.) |    |\t)/) {
			look($file, $begin, $part =~ s/`[^`]*`/X/gr =~ s/\]\([^)]*\)/]/gr, $spec{$file}) if $part =~ /\S/;
			($part, $begin) = ('', $no);
		}
		if ($cells && !$spec{$file}) {
			look($file, $no, $_) for split /[|;]/, $line =~ s/`[^`]*`/X/gr =~ s/\]\([^)]*\)/]/gr;
			next;
		}
		next if $cells;
		$part .= " $line" unless $line =~ /^(?:    |\t)(?! )/ && $part !~ /\S/;
	}
	$pages++;
}

cmp_ok($sources, '>', 1500, 'texts of the program were found');
cmp_ok($pages, '>', 25, 'pages were found');
is(join("\n", grep { !-f } sort keys %later), '', 'every file that is still to be rewritten is there');
for ([ \%words, 'no word of the spec stands in what people read' ], [ \%long, "no sentence has more than $longest words" ]) {
	my ($found, $what) = @$_;
	is(join("\n", map { sort keys %{ $found->{$_} } } grep { !$later{$_} } sort keys %$found), '', $what);
}
my @done = grep { !$words{$_} && !$long{$_} } sort keys %later;
diag("rewritten, take it off the list: $_") for @done;
done_testing;
__DATA__
