using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>Requests under /workflows, by the shipped workflow and by ones of an operator's.</summary>
public sealed class TriggerTests
{
    private const string Echo = """
        {
          "id": "flow", "type": "Elsa.Flowchart", "version": 1,
          "activities": [
            { "id": "in", "type": "Elsa.HttpEndpoint", "version": 1, "customProperties": { "canStartWorkflow": true },
              "path": { "typeName": "String", "expression": { "type": "Literal", "value": "echo/{word}" } },
              "supportedMethods": { "typeName": "String[]", "expression": { "type": "Object", "value": "[\"GET\", \"POST\"]" } },
              "routeData": { "typeName": "Object", "memoryReference": { "id": "v-route" } },
              "queryStringData": { "typeName": "Object", "memoryReference": { "id": "v-query" } },
              "headers": { "typeName": "Object", "memoryReference": { "id": "v-headers" } },
              "parsedContent": { "typeName": "Object", "memoryReference": { "id": "v-body" } } },
            { "id": "out", "type": "Elsa.WriteHttpResponse", "version": 1,
              "statusCode": { "typeName": "HttpStatusCode", "expression": { "type": "Literal", "value": "Created" } },
              "content": { "typeName": "Object", "expression": { "type": "JavaScript", "value": "({ word: getVariable('Route').word, query: getVariable('Query'), headers: getVariable('Headers'), body: getVariable('Body') })" } } }
          ],
          "connections": [ { "source": { "activity": "in", "port": "Done" }, "target": { "activity": "out", "port": "In" } } ]
        }
        """;

    private const string Variables = """
        [ { "id": "v-route", "name": "Route", "typeName": "Object", "storageDriverTypeName": "WorkflowInstanceStorageDriver" },
          { "id": "v-query", "name": "Query", "typeName": "Object", "storageDriverTypeName": "WorkflowInstanceStorageDriver" },
          { "id": "v-headers", "name": "Headers", "typeName": "Object", "storageDriverTypeName": "WorkflowInstanceStorageDriver" },
          { "id": "v-body", "name": "Body", "typeName": "Object", "storageDriverTypeName": "WorkflowInstanceStorageDriver" } ]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shipped_workflow_answers_200_202_404_and_409()
    {
        using var services = await ScriptedServices.CreateAsync(pauseSeconds: 1);
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);
        using var client = server.CreateClient();

        using var check = await client.PostAsync("/workflows/postgres/MAIN/quickcheck", null, Token);
        Assert.Equal(HttpStatusCode.OK, check.StatusCode);
        var result = await check.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(("Succeeded", 0), (result.GetProperty("result").GetString(), result.GetProperty("returnValue").GetInt32()));

        var removing = client.PostAsync("/workflows/postgres/main/remove", null, Token);
        await Until.TrueAsync(() => services.Log("main").Contains("stop"));
        using var busy = await client.PostAsync("/workflows/postgres/main/restore", null, Token);
        Assert.Equal(HttpStatusCode.Conflict, busy.StatusCode);
        Assert.Contains("remove (run", await busy.Content.ReadAsStringAsync(Token));
        using var removed = await removing;
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);

        using var nobody = await client.PostAsync("/workflows/postgres/nobody/remove", null, Token);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using var nothing = await client.PostAsync("/workflows/postgres/main/explode", null, Token);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        using var get = await client.GetAsync("/workflows/postgres/main/remove", Token);
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode); // What changes state is POST only.
        Assert.Equal(["stop"], services.Log("main"));
    }

    [Fact]
    public async Task An_action_that_takes_longer_is_answered_with_its_address()
    {
        using var services = await ScriptedServices.CreateAsync();
        await using var server = await TestServer.StartAsync([await services.AddAsync("main")]);
        await Workflows.PublishAsync(server, "impatient", """
            {
              "id": "flow", "type": "Elsa.Flowchart", "version": 1,
              "activities": [
                { "id": "in", "type": "Elsa.HttpEndpoint", "version": 1, "customProperties": { "canStartWorkflow": true },
                  "path": { "typeName": "String", "expression": { "type": "Literal", "value": "impatient" } },
                  "supportedMethods": { "typeName": "String[]", "expression": { "type": "Object", "value": "[\"POST\"]" } } },
                { "id": "run", "type": "PgWorkflows.RunAction", "version": 1,
                  "resource": { "typeName": "String", "expression": { "type": "Literal", "value": "main" } },
                  "action": { "typeName": "String", "expression": { "type": "Literal", "value": "remove" } },
                  "wait": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:00" } } },
                { "id": "out", "type": "Elsa.WriteHttpResponse", "version": 1,
                  "statusCode": { "typeName": "HttpStatusCode", "expression": { "type": "Literal", "value": "Accepted" } } }
              ],
              "connections": [
                { "source": { "activity": "in", "port": "Done" }, "target": { "activity": "run", "port": "In" } },
                { "source": { "activity": "run", "port": "StillRunning" }, "target": { "activity": "out", "port": "In" } } ]
            }
            """);
        using var client = server.CreateClient();

        using var answer = await client.PostAsync("/workflows/impatient", null, Token);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Until.TrueAsync(() => new Recorded(server).Runs("remove") is [{ Result: "Succeeded" }]);
    }

    [Fact]
    public async Task A_workflow_sees_route_query_headers_and_body_but_no_credential()
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "echo", Echo, Variables);
        using var client = server.CreateClient();

        using var answer = await client.PostAsync("/workflows/echo/Hello%20World?a=1&b=2&b=3", new StringContent("{\"x\":[1,2]}", Encoding.UTF8, "application/json"), Token);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("Hello World", json.GetProperty("word").GetString());
        Assert.Equal("1", json.GetProperty("query").GetProperty("a").GetString());
        Assert.Equal(2, json.GetProperty("query").GetProperty("b").GetArrayLength());
        Assert.Equal(2, json.GetProperty("body").GetProperty("x").GetArrayLength());
        Assert.False(json.GetProperty("headers").TryGetProperty("Authorization", out _));
        var credential = client.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.Equal(0, new Recorded(server).Count($"select count(*) from activity_record where inputs like '%{credential[..40]}%' or outputs like '%{credential[..40]}%'"));
    }

    [Fact]
    public async Task Nobody_is_let_in_without_a_credential_unless_an_admin_has_opened_the_workflow()
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "echo", Echo, Variables);
        using var admin = server.CreateClient();
        using var stranger = new HttpClient { BaseAddress = server.Address };

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, HttpMethod.Get, "/workflows/echo/x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, HttpMethod.Get, "/workflows/nothing"));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(admin, HttpMethod.Put, "/api/workflows/http-actions/anonymous"));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(admin, HttpMethod.Put, "/api/workflows/echo/anonymous"));
        Assert.Equal(HttpStatusCode.Created, await StatusAsync(stranger, HttpMethod.Get, "/workflows/echo/x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, HttpMethod.Post, "/workflows/postgres/main/remove"));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(admin, HttpMethod.Delete, "/api/workflows/echo/anonymous"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, HttpMethod.Get, "/workflows/echo/x"));
    }

    [Theory]
    [InlineData("{\"x\":", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("--a--", "multipart/form-data; boundary=a", HttpStatusCode.UnsupportedMediaType)]
    public async Task What_cannot_be_read_is_refused(string body, string type, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "echo", Echo, Variables);
        using var client = server.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await client.PostAsync("/workflows/echo/x", content, Token);
        using var large = await client.PostAsync("/workflows/echo/x", new ByteArrayContent(new byte[2 * 1024 * 1024]), Token);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Empty(new Recorded(server).Runs("echo"));
    }

    [Fact]
    public async Task Two_workflows_on_one_path_are_refused_when_the_second_is_published()
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "echo", Echo, Variables);

        using var second = await Workflows.TryPublishAsync(server, "echo-two", Echo, Variables);

        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.Contains("echo/{word}", await second.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_run_that_waits_for_a_request_goes_on_with_it_even_after_a_crash()
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "waits", """
            {
              "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
                { "id": "in", "type": "Elsa.HttpEndpoint", "version": 1,
                  "path": { "typeName": "String", "expression": { "type": "Literal", "value": "go/{on}" } },
                  "supportedMethods": { "typeName": "String[]", "expression": { "type": "Object", "value": "[\"POST\"]" } } },
                { "id": "out", "type": "Elsa.WriteHttpResponse", "version": 1, "content": { "typeName": "Object", "expression": { "type": "Literal", "value": "went on" } } }
              ]
            }
            """);
        using (var client = server.CreateClient())
            (await client.PostAsync("/elsa/api/workflow-definitions/waits/dispatch", new StringContent("{}", Encoding.UTF8, "application/json"), Token)).EnsureSuccessStatusCode();
        await Until.TrueAsync(() => new Recorded(server).Runs("waits") is [{ SubStatus: "Suspended" }]);
        await server.KillAsync();
        await server.StartAgainAsync();

        using var again = server.CreateClient();
        using var answer = await again.PostAsync("/workflows/go/there", null, Token);

        Assert.Equal("went on", await answer.Content.ReadAsStringAsync(Token));
        await Until.TrueAsync(() => new Recorded(server).Runs("waits") is [{ SubStatus: "Finished" }]);
    }

    [Fact]
    public async Task An_event_from_outside_wakes_runs_and_starts_workflows_but_nobody_can_say_that_a_check_has_failed()
    {
        await using var server = await TestServer.StartAsync([]);
        await Workflows.PublishAsync(server, "listens", """
            {
              "id": "seq", "type": "Elsa.Sequence", "version": 1, "activities": [
                { "id": "wait", "type": "Elsa.Event", "version": 1, "eventName": { "typeName": "String", "expression": { "type": "Literal", "value": "Go" } } },
                { "id": "task", "type": "Elsa.RunTask", "version": 1, "taskName": { "typeName": "String", "expression": { "type": "Literal", "value": "sign" } } }
              ]
            }
            """);
        using var client = server.CreateClient();
        (await client.PostAsync("/elsa/api/workflow-definitions/listens/dispatch", new StringContent("{}", Encoding.UTF8, "application/json"), Token)).EnsureSuccessStatusCode();
        await Until.TrueAsync(() => new Recorded(server).Runs("listens") is [{ SubStatus: "Suspended" }]);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, HttpMethod.Post, "/elsa/api/events/Go/trigger"));
        await Until.TrueAsync(() => new Recorded(server).Query<string>("select name from bookmark") is ["Elsa.RunTask"]);
        var task = new Recorded(server).Query<string>("select lookup from bookmark")[0];
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, HttpMethod.Post, "/elsa/api/tasks/another/complete"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, HttpMethod.Post, $"/elsa/api/tasks/{task}/complete"));
        await Until.TrueAsync(() => new Recorded(server).Runs("listens") is [{ SubStatus: "Finished" }]);

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(client, HttpMethod.Post, "/elsa/api/events/PgWorkflows.CheckFailed/trigger"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request, Token);
        return answer.StatusCode;
    }
}
