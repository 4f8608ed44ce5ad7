#!/usr/bin/perl
# The codes of findings: format-spec/verification.md, and vault.md for those of a vault, list exactly those that the code makes, with their weights; no page names
# another; each stands in a test. That it was made there is what tests/found/codes.t looks at.
use strict;
use warnings;
use Test::More;

my $code = qr/[DCRTV]-[A-Z]+(?:-[A-Z]+)*/;

sub text_of { my ($file) = @_; open my $h, '<', $file or die "$file: $!"; local $/; return scalar <$h> }

my (%weight, %in_vault, @twice, @misplaced);
for my $page ('verification.md', 'vault.md') {
	my $spec = text_of("format-spec/$page");
	while ($spec =~ /^\| `($code)` \| ([^|]+) \| [^|]+ \|$/mg) {
		my ($found, $of) = ($1, $2);
		push @twice, $found if exists $weight{$found};
		push @misplaced, $found if ($page eq 'vault.md') != (substr($found, 0, 2) eq 'V-');
		$weight{$found} = $of;
		$in_vault{$found} = 1 if $page eq 'vault.md';
	}
}
cmp_ok(scalar(keys %weight) - scalar keys %in_vault, '>', 50, 'verification.md lists codes');
cmp_ok(scalar keys %in_vault, '>', 10, 'vault.md lists codes');
is("@misplaced", '', 'those of a vault in vault.md, the others in verification.md');
is("@twice", '', 'none twice');
my @plain = grep { $weight{$_} !~ /\b(?:info|remark|gap|unchecked|newer|broken|by class)\b/ } sort keys %weight;
is("@plain", '', 'each with a weight');

# A code is a text of its own in the source; the beginning of several, compared by strncmp, is none.
my (%made, @astray);
for my $file (sort glob('vault/*/*.[ch] cli/*.[ch]')) {
	my $text = text_of($file);
	$text =~ s{/\*.*?\*/}{}gs;
	$text =~ s{\bstrncmp\([^;\n]*}{}g;
	$made{$1} = $file while $text =~ /"($code)"/g;
	while ($text =~ /"($code)",\s*EVX_WEIGHT_([A-Z]+)\b/g) {
		my ($found, $of) = ($1, lc $2);
		my $said = $weight{$found} // next;
		push @astray, "$file: $found is $of" unless $said =~ /\b$of\b/ || ($said =~ /by class/ && $of =~ /^(?:unchecked|newer|broken)$/);
	}
}
is(join(' ', grep { !exists $weight{$_} } sort keys %made), '', 'the pages list each code that the program makes');
is(join(' ', grep { !exists $made{$_} } sort keys %weight), '', 'and no other');
is(join("\n", @astray), '', 'no code has a weight that its row does not give');

my %elsewhere;
for my $file ('README.md', 'SECURITY.md', 'CHANGELOG.md', glob('format-spec/*.md format-spec/*.txt cli/man/*.1')) {
	my $text = text_of($file);
	$text =~ s/\\-/-/g;
	$elsewhere{"$file: $1"} = 1 for grep { !exists $weight{$_} } $text =~ /(?<![\w-])($code)(?![\w-])/g;
}
is(join("\n", sort keys %elsewhere), '', 'no page names a code that is not listed');

my $tests = join '', map { text_of($_) } glob('tests/unit/*.[ch] tests/*.h tests/cli/*.t tests/interop/*.t tests/attacks/*.t tests/vectors/EXPECTED.tsv');
is(join(' ', grep { $tests !~ /(?<![\w-])\Q$_\E(?![\w-])/ } sort keys %weight), '', 'each code stands in a test');
done_testing;
