using System.Diagnostics;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using PgWorkflows.JavaScript;
using Xunit;

namespace PgWorkflows.Engine.Tests;

public sealed class JavaScriptTests
{
    private static readonly JavaScriptLanguage Language = new();

    public static TheoryData<string, string> Hostile => new()
    {
        { "while (true) { }", "statements" },
        { "for (;;) { var a = 1; }", "statements" },
        { "function f() { return f(); } f()", "called itself" },
        { "var s = 'xxxxxxxxxxxxxxxx'; for (;;) { s = s + s; }", "memory" },
        { "var s = 'xxxxxxxxxxxxxxxx'; while (true) { s += s; }", "memory" },
        { "var list = []; var s = new Array(20000).join('x'); for (;;) { list.push(s + list.length); }", "memory" },
        { "new Array(4294967295).join('x')", "memory" },
        { "new Array(4294967295).sort()", "memory" },
        { "Array.prototype.map.call({ length: 4294967295 }, function (x) { return x; })", "memory" },
        { "Math.max.apply(null, { length: 4294967295 })", "array" },
        { "JSON.stringify(new Array(4294967295))", "memory" },
        { "/^(a+)+$/.test(new Array(40).join('a') + '!')", "regular expression" },
        { "(new Array(40).join('a') + '!').match('^(a+)+$')", "regular expression" },
        { "(new Array(40).join('a') + '!').replace(/^(a+)+$/, '')", "regular expression" },
        { "'xx'.repeat(1000000000)", "characters" },
        { "'x'.padStart(1000000000)", "characters" },
        { "'x'.padEnd({ n: 0, valueOf() { return this.n++ ? 1e9 : 1; } }).repeat({ n: 0, valueOf() { return this.n++ ? 1 : 1e9; } })", "characters" },
        { "Array.from({ length: 4294967295 })", "memory" },
        { "[].concat(...Array(99).fill(Array(99999).fill(1)))", "memory" },
        { "new Array(4294967295).fill(0)", "memory" },
        { "const f = x => x + x; let s = 'xxxxxxxxxxxxxxxx'; s = f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(f(s)))))))))))))))))))))))))))); s.length", "memory" },
        { "let s = 'xxxxxxxxxxxxxxxx'; s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s,s+=s; s.length", "memory" },
        { "function* g() { for (;;) { yield 1; } } [...g()]", "statements" },
        { new string('(', 49_000) + "1" + new string(')', 49_000), "" },
        { new string('[', 99_000), "" },
        { "x" + string.Concat(Enumerable.Repeat("=>x", 30_000)), "" },
        { string.Concat(Enumerable.Repeat("if(1)", 19_000)) + ";", "" },
        { "1" + string.Concat(Enumerable.Repeat("+1", 49_000)), "" },
        { "let a = 1; for (let i = 0; i < 30000; i++) { a = [a]; } return a;", "nested" },
        { "let a = 1; for (let i = 0; i < 30000; i++) { a = { next: a }; } return a;", "nested" },
        { "let a = 1; for (let i = 0; i < 30000; i++) { a = { next: a }; } return JSON.stringify(a);", "nested" },
        { "let a = 1; for (let i = 0; i < 30000; i++) { a = [a]; } return `${a}`;", "nested" },
        { "let a = [1]; for (let i = 0; i < 40; i++) { a = [a, a]; } return a;", "" },
        { "let a = 'x'.repeat(1000000); for (let i = 0; i < 20; i++) { a = [a, a]; } return a;", "characters" },
        { "const a = []; a.push(a); return a;", "holds itself" },
        { "new Proxy({}, { get: (t, k, r) => r[k] }).x", "not defined" },
        { "const o = { get x() { return this.x; } }; o.x", "called itself" },
        { "const o = { toString() { return `${this}`; } }; `${o}`", "call stack" },
        { "class A { constructor() { new A(); } } new A()", "called itself" },
        { "JSON.parse('['.repeat(100000))", "JSON" },
        { "let a = []; a[0] = a; for (let i = 0; i < 90000; i++) { a = [a]; } a.flat(Infinity)", "nested" },
        { "new Uint8Array(2000000000)", "not defined" },
        { "(async () => { for (;;) { await 1; } })()", "statements" },
        { "new Promise(() => { })", "promise" },
        { "Promise.reject(new Error('boom'))", "boom" },
        { "eval('1 + 1')", "String compilation" },
        { "new Function('return 1')()", "String compilation" },
        { "var s = 'x'; for (var i = 0; i < 22; i++) { s = s + s; } s + s", "characters" },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_script_ends_within_its_limits(string script, string reason)
    {
        var clock = Stopwatch.StartNew();

        var failure = Record.Exception(() => Language.Evaluate(script, new NoContext()));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"it took {clock.Elapsed}");
        var message = Assert.IsType<ScriptException>(failure).Message;

        // On a busy machine the clock may be faster than the other limits.
        Assert.True(message.Contains(reason, StringComparison.Ordinal) || message.Contains("took longer", StringComparison.Ordinal), message);
    }

    [Theory]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd')")]
    [InlineData("importNamespace('System.IO')")]
    [InlineData("getInput.constructor('return this.System')().toString()")]
    public void A_script_sees_nothing_of_the_host(string script) => Assert.Throws<ScriptException>(() => Language.Evaluate(script, new NoContext()));

    [Theory]
    [InlineData("[1, 2].map(x => x * 2)", "[2,4]")]
    [InlineData("`text ${1 + 1}`", "text 2")]
    [InlineData("let n = 0; for (const i of [1, 2]) { n += i; } n", "3")]
    [InlineData("const { a, ...rest } = { a: 1, b: 2 }; return rest;", "{\"b\":2}")]
    [InlineData("({})?.y?.z ?? 'nothing'", "nothing")]
    [InlineData("[...[1], 2]", "[1,2]")]
    [InlineData("function f(a = 1) { return a; } f()", "1")]
    [InlineData("class A { #x = 5; get x() { return this.#x; } } new A().x", "5")]
    [InlineData("(async () => await 7)()", "7")]
    [InlineData("[3, 1, 2].toSorted().at(-1)", "3")]
    [InlineData("Object.fromEntries(new Map([['k', 'v']]))", "{\"k\":\"v\"}")]
    [InlineData("'a-b-c'.replaceAll('-', '.').padEnd(7, '!')", "a.b.c!!")]
    [InlineData("'2026-11-23'.match(/(?<year>\\d{4})-/).groups.year", "2026")]
    public void The_language_of_today_runs(string script, string value)
    {
        Assert.Null(Language.Check(script));
        Assert.Equal(value, Language.Evaluate(script, new NoContext()) switch
        {
            System.Text.Json.JsonElement element => element.GetRawText(),
            var other => FormattableString.Invariant($"{other}"),
        });
    }

    [Theory]
    [InlineData("2n ** 100000000n", "BigInt")]
    [InlineData("let f = x => { return 10n; };", "BigInt")]
    public void What_no_limit_holds_is_refused_before_it_runs(string script, string named)
    {
        Assert.Contains(named, Language.Check(script)!.Problem, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Throws<ScriptException>(() => Language.Evaluate(script, new NoContext())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = 2; x * 3")]
    [InlineData("return 'r';")]
    [InlineData("let q = [1, 2]; const n = 1; q.length + n")]
    [InlineData("'an arrow => and a ` in a text'")]
    public void What_runs_is_not_refused(string script) => Assert.Null(Language.Check(script));

    [Fact]
    public void A_problem_names_line_and_column()
    {
        var problem = Language.Check("var a = 1;\nvar b = ;");

        Assert.Equal((2, 9), (problem!.Line, problem.Column));
    }

    [Theory]
    [InlineData("Elsa.WriteLine", "text", "JavaScript", "Text")]
    [InlineData("Elsa.RunJavaScript", "script", "Literal", "Script")]
    [InlineData("Elsa.FlowSwitch", "cases", "", "case 'One'")]
    public async Task A_failing_script_is_an_incident_that_names_activity_input_line_and_message(string type, string input, string expressionType, string named)
    {
        const string Script = "\"var a = 1;\\nthrow new Error('boom')\"";
        var value = input == "cases"
            ? $$"""[{ "label": "One", "condition": { "type": "JavaScript", "value": {{Script}} } }]"""
            : $$"""{ "typeName": "String", "expression": { "type": "{{expressionType}}", "value": {{Script}} } }""";
        var json = $$"""{ "definitionId": "d", "name": "d", "root": { "id": "w", "type": "{{type}}", "metadata": { "displayText": "Tell" }, "{{input}}": {{value}} } }""";
        var host = new MemoryHost(TimeProvider.System, new ExpressionLanguages(Language));
        host.Publish(DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(json)).Definition!);

        var run = await host.StartAsync("d", new StartRequest { InstanceId = "1" }, TestContext.Current.CancellationToken);

        var incident = Assert.Single(run.Instance.Incidents);
        Assert.All(["'Tell' (w)", named, "line 2", "boom"], part => Assert.Contains(part, incident.Message, StringComparison.Ordinal));
    }

    /// <summary>A context in which nothing is known.</summary>
    private sealed class NoContext : IExpressionContext
    {
        public IEnumerable<string> VariableNames => [];

        public IEnumerable<string> InputNames => [];

        public IEnumerable<(string Activity, string Output)> Outputs => [];

        public object? LastResult => null;

        public ExpressionFacts Facts => new("i", "d", "v", 1, null, null, DateTimeOffset.UnixEpoch);

        public bool TryGetVariableById(string id, out object? value) => (value = null) is not null;

        public bool TryGetVariableByName(string name, out object? value) => (value = null) is not null;

        public bool TrySetVariableByName(string name, object? value) => false;

        public object? GetInput(string name) => null;

        public object? GetOutput(string activity, string? output) => null;

        public void SetCorrelationId(string? value)
        {
        }

        public void SetName(string? value)
        {
        }

        public void SetOutcomes(IReadOnlyList<string> outcomes)
        {
        }
    }
}
