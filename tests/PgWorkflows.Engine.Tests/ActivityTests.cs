using System.Text.Json;
using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Instances;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>Activities that the conformance cases do not cover.</summary>
public sealed class ActivityTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 22, 16, 0, 0, TimeSpan.Zero);
    private readonly ManualTime _time = new(Begin);
    private readonly Wire _wire = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, "ok")]
    [InlineData(404, "missing")]
    [InlineData(500, "other")]
    [InlineData(-1, "down")]
    [InlineData(-2, "late")]
    public async Task SendHttpRequest_runs_the_activity_for_what_came_of_it(int code, string line)
    {
        _wire.Code = code;

        var (host, run) = await StartAsync($$"""
            { "definitionId": "d", "name": "d", "root": { "id": "sq", "type": "Elsa.Sequence", "activities": [ { "id": "send", "type": "Elsa.SendHttpRequest",
              "url": {{Literal("http://test/x")}}, "expectedStatusCodes": [ { "statusCode": 200, "activity": {{Write("ok")}} }, { "statusCode": 404, "activity": {{Write("missing")}} } ],
              "unmatchedStatusCode": {{Write("other")}}, "failedToConnect": {{Write("down")}}, "timeout": {{Write("late")}} }, {{Write("after")}} ] } }
            """);

        Assert.Equal([line, "after"], host.Lines);
        Assert.Equal(WorkflowSubStatus.Finished, run.Instance.SubStatus);
    }

    [Theory]
    [InlineData(200, "200 Done")]
    [InlineData(500, "Unmatched status code Done")]
    [InlineData(-1, "Failed to connect")]
    [InlineData(-2, "Timeout")]
    public async Task FlowSendHttpRequest_completes_with_the_code_and_Done(int code, string outcomes)
    {
        _wire.Code = code;

        var (_, run) = await StartAsync($$"""
            { "definitionId": "d", "name": "d", "root": { "id": "send", "type": "Elsa.FlowSendHttpRequest", "url": {{Literal("http://test/x")}},
              "method": {{Literal("post")}}, "content": {{Literal("hello")}}, "requestHeaders": { "typeName": "ObjectDictionary", "expression": { "type": "Object", "value": "{\"X-A\":\"1\"}" } } } }
            """);

        Assert.Equal(outcomes, string.Join(' ', run.Records[2].Outcomes!));
        Assert.Equal(("POST", "hello", "1"), (_wire.Sent!.Method, _wire.Sent.Content, _wire.Sent.Headers["X-A"][0]));
    }

    [Fact]
    public async Task An_address_that_is_not_http_is_an_incident()
    {
        var (_, run) = await StartAsync($$"""{ "definitionId": "d", "name": "d", "root": { "id": "send", "type": "Elsa.FlowSendHttpRequest", "url": {{Literal("file:///etc/passwd")}} } }""");

        Assert.Contains("not an http or https address", Assert.Single(run.Instance.Incidents).Message, StringComparison.Ordinal);
        Assert.Null(_wire.Sent);
    }

    [Fact]
    public async Task HttpEndpoint_waits_with_a_bookmark_for_each_method_and_gives_the_request()
    {
        var (host, run) = await StartAsync($$"""
            { "definitionId": "d", "name": "d", "root": { "id": "http", "type": "Elsa.HttpEndpoint", "path": {{Literal("/orders/{id}")}},
              "supportedMethods": { "typeName": "List<String>", "expression": { "type": "Object", "value": "[\"GET\",\"POST\"]" } } } }
            """);
        var bookmarks = run.Instance.Bookmarks.Select(bookmark => (JsonElement)bookmark.Payload!).Select(payload => $"{payload.GetProperty("Method")} {payload.GetProperty("Path")}").ToList();

        await host.ResumeAsync(run, run.Instance.Bookmarks[1].Id, new { RouteData = new { id = "7" }, ParsedContent = "body" }, Token);

        Assert.Equal(["get orders/{id}", "post orders/{id}"], bookmarks);
        Assert.Equal(WorkflowSubStatus.Finished, run.Instance.SubStatus);
        Assert.Equal("body", run.Records[2].Outputs["ParsedContent"]);
        Assert.Empty(run.Instance.Bookmarks);
    }

    [Fact]
    public async Task WriteHttpResponse_answers_the_request_and_faults_without_one()
    {
        var (_, answered) = await StartAsync($$"""{ "definitionId": "d", "name": "d", "root": { "id": "r", "type": "Elsa.WriteHttpResponse", "statusCode": {{Literal("NotFound")}}, "content": {{Literal("gone")}} } }""");
        _wire.HasRequest = false;
        var (_, late) = await StartAsync("""{ "definitionId": "d", "name": "d", "root": { "id": "r", "type": "Elsa.WriteHttpResponse" } }""");

        Assert.Equal((WorkflowSubStatus.Finished, 404, "gone"), (answered.Instance.SubStatus, _wire.Answer!.StatusCode, _wire.Answer.Content));
        Assert.Contains("no HTTP request", Assert.Single(late.Instance.Incidents).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Elsa.Timer", "interval", "01:30:00", "2026-11-22T17:30:00Z")]
    [InlineData("Elsa.Cron", "cronExpression", "0 0 6 * * *", "2026-11-23T06:00:00Z")]
    [InlineData("Elsa.StartAt", "dateTime", "2026-12-24T18:00:00Z", "2026-12-24T18:00:00Z")]
    [InlineData("Elsa.Delay", "timeSpan", "00:00:07", "2026-11-22T16:00:07Z")]
    public async Task Waits_are_due_when_they_say_and_triggers_do_not_wait(string type, string input, string value, string due)
    {
        var json = $$"""{ "definitionId": "d", "name": "d", "root": { "id": "t", "type": "{{type}}", "{{input}}": {{Literal(value)}} } }""";
        var (host, run) = await StartAsync(json);

        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), host.NextDue);
        _time.AdvanceTo(host.NextDue!.Value.AddTicks(-1));
        Assert.Equal(0, await host.ResumeDueAsync(Token));
        _time.AdvanceTo(_time.GetUtcNow().AddTicks(1));
        Assert.Equal(1, await host.ResumeDueAsync(Token));
        Assert.Equal(WorkflowSubStatus.Finished, run.Instance.SubStatus);

        var triggered = await host.StartAsync("d", new StartRequest { InstanceId = "2", TriggerActivityId = "t" }, Token);
        Assert.Equal(type == "Elsa.Delay" ? WorkflowSubStatus.Suspended : WorkflowSubStatus.Finished, triggered.Instance.SubStatus);
    }

    [Fact]
    public async Task BulkDispatchWorkflows_waits_for_all_children_and_runs_what_is_embedded_for_each()
    {
        var (host, run) = await StartAsync($$"""
            { "definitionId": "d", "name": "d", "root": { "id": "sq", "type": "Elsa.Sequence", "activities": [ { "id": "bulk", "type": "Elsa.BulkDispatchWorkflows",
              "workflowDefinitionId": {{Literal("child")}}, "items": { "typeName": "Object", "expression": { "type": "JavaScript", "value": "[1, 2, 'bad']" } },
              "childCompleted": {{Write("one more")}}, "childFaulted": {{Write("one failed")}} }, {{Write("after")}} ] } }
            """, """
            { "definitionId": "child", "name": "child", "root": { "id": "if", "type": "Elsa.If", "condition": { "typeName": "Boolean", "expression": { "type": "JavaScript", "value": "getInput('Item') == 'bad'" } },
              "then": { "id": "f", "type": "Elsa.Fault" } } }
            """);

        Assert.Equal(["one more", "one more", "one failed", "after"], host.Lines);
        Assert.Equal(["Completed", "Done"], run.Records[3].Outcomes);
        Assert.Equal(4, host.Runs.Count);
    }

    private async Task<(MemoryHost Host, MemoryHost.Run Run)> StartAsync(params string[] definitions)
    {
        var host = new MemoryHost(_time, FixtureFiles.Languages, [new SendHttpRequest(_wire), new FlowSendHttpRequest(_wire), new WriteHttpResponse(_wire)]);
        foreach (var definition in definitions)
            host.Publish(FixtureFiles.Definition(definition));
        return (host, await host.StartAsync("d", new StartRequest { InstanceId = "1" }, Token));
    }

    private static string Literal(string value) => $$"""{ "typeName": "String", "expression": { "type": "Literal", "value": "{{value}}" } }""";

    private static string Write(string line) => $$"""{ "id": "w-{{line}}", "type": "Elsa.WriteLine", "text": {{Literal(line)}} }""";

    /// <summary>Answers with a code; -1 does not connect, -2 takes too long.</summary>
    private sealed class Wire : IHttpSender, IHttpResponder
    {
        public int Code { get; set; } = 200;

        public bool HasRequest { get; set; } = true;

        public HttpMessage? Sent { get; private set; }

        public HttpAnswer? Answer { get; private set; }

        public ValueTask<HttpReply> SendAsync(HttpMessage message, CancellationToken cancellationToken)
        {
            Sent = message;
            return new(Code switch
            {
                -1 => new HttpReply.NotConnected("refused"),
                -2 => new HttpReply.TimedOut(TimeSpan.FromSeconds(1)),
                _ => new HttpReply.Answered(Code, "{\"a\":1}", "application/json", new Dictionary<string, IReadOnlyList<string>>()),
            });
        }

        public ValueTask<bool> TryRespondAsync(string instanceId, HttpAnswer answer, CancellationToken cancellationToken)
        {
            Answer = HasRequest ? answer : Answer;
            return new(HasRequest);
        }
    }
}
