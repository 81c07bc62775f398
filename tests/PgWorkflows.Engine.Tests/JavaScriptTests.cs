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
        { "new Array(4294967295).join('x')", "array" },
        { "new Array(4294967295).sort()", "array" },
        { "Array.prototype.map.call({ length: 4294967295 }, function (x) { return x; })", "array" },
        { "Math.max.apply(null, { length: 4294967295 })", "array" },
        { "JSON.stringify(new Array(4294967295))", "array" },
        { "/^(a+)+$/.test(new Array(40).join('a') + '!')", "regular expression" },
        { "(new Array(40).join('a') + '!').match('^(a+)+$')", "regular expression" },
        { "(new Array(40).join('a') + '!').replace(/^(a+)+$/, '')", "regular expression" },
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
    [InlineData("[1, 2].map(x => x)", "function (x)")]
    [InlineData("`text ${1}`", "'text ' + value")]
    [InlineData("for (var i of [1]) { }", "forEach")]
    [InlineData("var { a } = getX();", "var x = value.x")]
    [InlineData("getX()?.y", "a && a.b")]
    [InlineData("[...[1]]", "concat")]
    [InlineData("function f(a = 1) { }", "undefined")]
    public void Newer_syntax_is_refused_with_the_spelling_that_works(string script, string cure)
    {
        var problem = Language.Check(script);

        Assert.NotNull(problem);
        Assert.Contains(cure, problem.Cure, StringComparison.Ordinal);
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
