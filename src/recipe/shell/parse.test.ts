// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells

import { describe, expect, test } from "vitest";
import { parseShell, printShell } from "./parse.ts";
import { complaints, partsText, reading } from "./testing.ts";

function parts(word: string): string {
  const command = parseShell(`x ${word}`).script.statements[0]?.pipelines[0]?.commands[0];
  return command?.kind === "simple"
    ? command.words
        .slice(1)
        .map((each) => partsText(each.parts))
        .join(" | ")
    : "";
}

describe("a script", () => {
  test.each([
    ["a b  c", "<a|b|c>"],
    ["a;b & c\nd", "<a>; <b>& <c>¶ <d>"],
    ["a && b || ! c | d |& e", "<a>&&<b>||!<c>|<d>|&<e>"],
    ["a &&\n\n # why\n b", "<a>&&<b>"],
    ["a \\\n  b\\\nc", "<a|b\\\nc>"],
    ["A=1 B+=x C[i]=2 D= make", "<A=1|B+=x|C[i]=2|D=|make>"],
    ['a=(1 "2 3"\n # c\n [k]=v)', '<a=(1 "2 3" [k]=v)>'],
    ["declare -A a=([x]=1) b", "<a=([x]=1)|declare|-A|b>"],
    ["a >f 2>&1 <g >>h &>i {fd}<>j >|k", "<a|>f|2>&1|<g|>>h|&>i|{fd}<>j|>|k>"],
    ['a <<<"$x" b', '<a|b|<<<"$x">'],
    ["{ a; b; } >f", "{<a>; <b>;}>f"],
    ["(a; b)|c", "(<a>; <b>)|<c>"],
    ["if a; then b; elif c; then d; else e; fi", "if[<a>;?<b>;:<c>;?<d>;:<e>;]"],
    ["while a; do b; done <f", "while[<a>;?<b>;]<f"],
    ["until a\ndo b\ndone", "until[<a>¶?<b>¶]"],
    ["for x in 1 2; do a; done", "for[x 1|2 <a>;]"],
    ["for x\nin *.c\ndo a\ndone", "for[x *.c <a>¶]"],
    ["for x do a; done; for x; do b; done", "for[x @ <a>;]; for[x @ <b>;]"],
    ["for ((i = 0; i < 3; i++)); do a; done", "for((i = 0; i < 3; i++))[<a>;]"],
    ["select x in a b; do c; done", "select[x a|b <c>;]"],
    ["case $x in a|b) c ;; (d) ;; *) e;; esac", "case[$x a|b)<c>;; d);; *)<e>;;]"],
    ["case x in a) b;& c) d;;& e) f\nesac", "case[x a)<b>;& c)<d>;;& e)<f>¶]"],
    ["f() { a; }\nfunction g { b; }\nfunction h() ( c )", "f(){<a>;}¶ g(){<b>;}¶ h()(<c>)"],
    ["[[ -f $x && ! ( $y == a* || $z =~ ^(a|b)$ ) ]]", "[[-f|$x|&&|!|(|$y|==|a*||||$z|=~|^(a|b)$|)]]"],
    ["((x = (1 + 2) * 3)); ((a)); ( (b) )", "((x = (1 + 2) * 3)); ((a)); ((<b>))"],
    ["((a); b)", "((<a>); <b>)"],
    ["time -p a | b; time; time -v c", "time <a>|<b>; time ; <time|-v|c>"],
    ["coproc a b; coproc N { c; }", "coproc[ <a|b>]; coproc[N {<c>;}]"],
    ["echo if then { } ! [[ time", "<echo|if|then|{|}|!|[[|time>"],
    ["a#b # c", "<a#b>"],
    ["a\r\nb\r\n", "<a>¶ <b>¶"],
    ["echo {a,b}.{1..3}", "<echo|{a,b}.{1..3}>"],
  ])("%j is read as %j", (text, expected) => {
    expect(complaints(text)).toEqual([]);
    expect(reading(text)).toBe(expected);
  });
});

describe("a word", () => {
  test.each([
    ["a'b c'\"d\"\\e", "literal(a) single(b c) double(literal(d)) escape(e)"],
    ['"a $b \\$c \\d `e`"', "double(literal(a ) parameter(b) literal( ) escape($) literal(c \\d ) command(<e>))"],
    ["$'a\\tb\\x41\\u00e9\\'c'", "ansi(a\tbA\u00e9'c)"],
    ['$"a"', "double(literal(a))"],
    ["$1$@$?${10}$$", "parameter(1) parameter(@) parameter(?) parameter(10) parameter($)"],
    [
      "${a:-b c}${#a}${!a}${a[0]}${a[@]}",
      "parameter(a:-b c) parameter(#a) parameter(!a) parameter(a[0]) parameter(a[@])",
    ],
    [
      "${a##*/}${a%.*}${a/b/c}${a//\\//-}${a:1:2}${a^^}",
      "parameter(a##*/) parameter(a%.*) parameter(a/b/c) parameter(a//\\//-) parameter(a:1:2) parameter(a^^)",
    ],
    ['"${a:-"b}"}"', 'double(parameter(a:-"b}"))'],
    ['$(a "$(b)")', 'command(<a|"$(b)">)'],
    ["`a \\`b\\``", "command(<a|`b`>)"],
    ["$((1 + (2) * $x))$[1+2]", "arithmetic(1 + (2) * $x) arithmetic(1+2)"],
    ["$((a) | b)", "command((<a>)|<b>)"],
    ["<(a) >(b)", "process(<a>) | process(<b>)"],
    ["a*?[a-z][!x]b", "literal(a) glob(*) glob(?) glob([a-z]) glob([!x]) literal(b)"],
    ["[ a[ ]", "literal([) | literal(a[) | literal(])"],
    ["@(a|b)+(c)!(d)", "glob(@(a|b)) glob(+(c)) glob(!(d))"],
    ["~ ~u/x a~", "tilde() | tilde(u) literal(/x) | literal(a~)"],
    ["a$ $", "literal(a$) | literal($)"],
    ["a\\\nb", "literal(a) literal(b)"],
  ])("%j is made of %j", (word, expected) => {
    expect(parts(word)).toBe(expected);
  });
});

describe("a here-document", () => {
  test.each([
    ["cat <<EOF\na\nEOF\nb", "<cat|<<EOF{a¶}>¶ <b>"],
    ["cat <<-'E F'\n\ta\n\tE F\nb", "<cat|<<-'E F'{a¶}>¶ <b>"],
    ["cat <<A - <<B | tee x\n1\nA\n2\nB\nc", "<cat|-|<<A{1¶}|<<B{2¶}>|<tee|x>¶ <c>"],
    ["cat << EOF && b\na\nEOF", "<cat|<<EOF{a¶}>&&<b>¶"],
    ["cat <<\\EOF\n$(a\nEOF\n", "<cat|<<\\EOF{$(a¶}>¶"],
    ["x=$(cat <<E\na\nE\n) b", "<x=$(cat <<E\na\nE\n)|b>"],
    ["cat <<''\na\n\nb", "<cat|<<''{a¶}>¶ <b>"],
    ["cat <<EOF # c\n#!/bin/sh\nEOF\n# d\ne", "<cat|<<EOF{#!/bin/sh¶}>¶ <e>"],
    ["cat <<EOF\r\na\r\nEOF\r\nb", "<cat|<<EOF{a\r¶}>¶ <b>"],
    ["echo $((1<<2)) '<<A' \"<<B\" a\\<<C\nC\n", "<echo|$((1<<2))|'<<A'|\"<<B\"|a\\<|<C>¶ <C>¶"],
  ])("%j is read as %j", (text, expected) => {
    expect(complaints(text)).toEqual([]);
    expect(reading(text)).toBe(expected);
  });

  test("has its expansions unless its delimiter is quoted", () => {
    const heredocs = ["E", "'E'", '"E"', "\\E"].map((name) => {
      const command = parseShell(`cat <<${name}\na $b\\$ \\x "$(c)"\nE\n`).script.statements[0]?.pipelines[0]
        ?.commands[0];
      return command?.kind === "simple" ? partsText(command.redirects[0]?.heredoc?.parts ?? []) : "";
    });
    const [plain, ...quoted] = heredocs;
    expect(plain).toBe('literal(a ) parameter(b) escape($) literal( \\x ") command(<c>) literal("\n)');
    for (const each of quoted) expect(each).toBe('literal(a $b\\$ \\x "$(c)"\n)');
  });

  test("has exact places behind its tabs", () => {
    const text = "cat <<-E\n\t\ta $(b)\n\tE\n";
    const command = parseShell(text).script.statements[0]?.pipelines[0]?.commands[0];
    const part = command?.kind === "simple" ? command.redirects[0]?.heredoc?.parts[1] : undefined;
    expect(text.slice(part?.range.start, part?.range.end)).toBe("$(b)");
  });
});

describe("a mistake", () => {
  test.each([
    ["fi; a", "<a>", ["fi is not expected here"]],
    ["a ) b\nc", "<a> <b>¶ <c>", [") is not expected here"]],
    ["a (b) c", "<a> (<b>) <c>", ["( is not expected here", "c is not expected here"]],
    ["; a\n&& b", "<a>¶ <b>", ["; is not expected here", "&& is not expected here"]],
    ["a &&\n", "<a>&&", ["there is no command behind &&"]],
    ["a | | b", "<a>| <b>", ["there is no command behind |", "| is not expected here"]],
    ["if a; then b\nc", "if[<a>;?<b>¶ <c>]", ["the fi of this if is missing"]],
    ["if a; b; fi; c", "if[<a>; <b>;?]; <c>", ["the then of this if is missing"]],
    ["for x in a; b; done; c", "for[x a <b>;]; <c>", ["the do of this for is missing"]],
    ["(a; b\n", "(<a>; <b>¶)", ["the closing ) is missing"]],
    ["a 'b\nc", "<a|'b\nc>", ["the closing ' is missing"]],
    ['a "b $(c', '<a|"b $(c>', ['the closing " is missing', "the closing ) is missing"]],
    ["a ${b\nc", "<a|${b\nc>", ["the closing } is missing", "this is no operator of an expansion"]],
    ["a >\nb", "<a|>>¶ <b>", ["there is nothing behind >"]],
    ["cat <<A\nb\n", "<cat|<<A{b¶}>¶", ["the line A that ends this here-document is missing"]],
    ["case x in a) b; c", "case[x a)<b>; <c>]", ["the esac of this case is missing"]],
    ["f() a; b", "f()<a>; <b>", ["the commands of the function f are missing"]],
    ["[[ a; b", "[[a]]; <b>", ["the closing ]] is missing"]],
    ["a=(1 ; b", "<a=(1)>; <b>", ["the closing ) of this array is missing"]],
  ])("in %j does not hide what follows: %j", (text, expected, messages) => {
    expect(reading(text)).toBe(expected);
    expect(complaints(text)).toEqual(messages);
  });

  test("is noted at most two hundred times", () => {
    expect(complaints(")".repeat(1000))).toHaveLength(200);
  });
});

describe("every text", () => {
  test.each([
    "(",
    "$(",
    "`",
    '"$(',
    "{ ",
    "if ",
    "${a:-",
    "((",
    "$((",
    "case x in a) ",
    "f() { ",
    "<(",
    "! ",
    "coproc ",
  ])("with 100,000 times %j ends with a tree that prints it", (piece) => {
    const text = piece.repeat(100_000);
    expect(printShell(parseShell(text))).toBe(text);
  });

  test("keeps comments and continued lines in its tokens", () => {
    const text = "\uFEFF#!/bin/sh\n\n a \\\n b # c\n#d";
    const tree = parseShell(text);
    expect(printShell(tree)).toBe(text);
    expect(tree.comments.map((comment) => comment.text)).toEqual(["!/bin/sh", "c", "d"]);
    expect(tree.tokens.map(({ kind }) => kind)).toEqual([
      ...["skipped", "comment", "newline", "newline", "blank", "word", "blank", "continuation", "blank", "word"],
      ...["blank", "comment", "newline", "comment"],
    ]);
  });

  test("has places in the source that its segments name", () => {
    const tree = parseShell("ab cd", {
      segments: [
        { at: 0, source: 10 },
        { at: 4, source: 20 },
      ],
    });
    const command = tree.script.statements[0]?.pipelines[0]?.commands[0];
    const words = command?.kind === "simple" ? command.words : [];
    expect(words.map(({ range }) => range)).toEqual([
      { start: 10, end: 12 },
      { start: 13, end: 21 },
    ]);
  });
});
