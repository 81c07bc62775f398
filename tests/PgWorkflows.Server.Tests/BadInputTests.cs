using System.IO.Compression;
using System.Net;
using System.Text;

namespace PgWorkflows.Server.Tests;

/// <summary>What is sent by mistake or with intent: a 4xx that names the field, never a 500, and nothing stored in part.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string, string> Bodies => new()
    {
        { "workflow-definitions", "{\"model\": ", "serializerErrors" },
        { "workflow-definitions", "", "serializerErrors" },
        { "workflow-definitions", "[]", "serializerErrors" },
        { "workflow-definitions", "{\"model\": 5}", "model" },
        { "workflow-definitions", "{\"model\": {\"name\": 5}}", "model.name" },
        { "workflow-definitions", "{\"model\": {\"name\": \"x\", \"variables\": \"x\"}}", "model.variables" },
        { "workflow-definitions", "{\"model\": {\"name\": \"x\", \"root\": []}}", "model.root" },
        { "workflow-definitions", "{\"model\": {\"name\": \"x\", \"root\": {\"id\": \"a\"}}}", "model.root.type" },
        { "workflow-definitions", "{\"model\": {\"name\": \"x\", \"definitionId\": \"../../etc\"}}", "model.definitionId" },
        { "workflow-definitions", "{\"model\": {\"name\": \"x\"}, \"publish\": \"yes\"}", "publish" },
        { "workflow-definitions", "{\"model\": {\"name\": \"\\ud800\"}}", "serializerErrors" },
        { "workflow-definitions", "{\"model\": {\"name\": \"a\", \"name\": \"b\"}}", "name" },
        { "workflow-instances", "{\"orderBy\": \"Nonsense\"}", "orderBy" },
        { "workflow-instances", "{\"page\": -1}", "page" },
        { "workflow-instances", "{\"statuses\": [\"Sleeping\"]}", "statuses" },
        { "workflow-instances", "{\"timestampFilters\": [{\"column\": \"CreatedAt\", \"operator\": \"Is\", \"timestamp\": \"yesterday\"}]}", "timestampFilters.timestamp" },
        { "workflow-definitions/restore/execute", "{}", "input.Resource" },
        { "workflow-definitions/restore/execute", "{\"input\": {\"Resource\": \"nobody\"}}", "input.Resource" },
        { "workflow-definitions/restore/execute", "{\"versionOptions\": \"Nonsense\"}", "versionOptions" },
        { "bulk-actions/delete/workflow-definitions/by-id", "{\"ids\": 7}", "ids" },
        { "activity-executions/report", "{}", "workflowInstanceId" },
        { "scripting/javascript/type-definitions/protect", "{\"activityTypeName\": ", "serializerErrors" },
        { "scripting/javascript/type-definitions/protect", "", "serializerErrors" },
        { "scripting/javascript/type-definitions/protect", "{\"propertyName\": 5}", "propertyName" },
    };

    [Fact]
    public async Task A_body_that_is_wrong_is_refused_by_the_name_of_its_field()
    {
        await using var api = await Api.StartAsync();
        var before = (await api.GetAsync("workflow-definitions/query/count")).Body;
        foreach (var row in Bodies)
        {
            var (path, body, field) = row.Data;
            var answer = await api.SendAsync(HttpMethod.Post, path, body);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{path} {body}: {answer.Status} {answer.Body}");
            Assert.True(answer.Json["errors"]!.AsObject().Any(error => error.Key.Contains(field, StringComparison.Ordinal)) || field == "name", $"{path} {body}: {answer.Body}");
        }

        Assert.Equal(before, (await api.GetAsync("workflow-definitions/query/count")).Body);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await api.SendAsync(HttpMethod.Post, "workflow-definitions", "hello", "text/plain")).Status);
        Assert.DoesNotContain("Unhandled", api.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Too_large_too_deep_and_too_long_is_refused()
    {
        await using var api = await Api.StartAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await api.SendAsync(HttpMethod.Post, "workflow-instances", $$"""{"searchTerm":"{{new string('x', 2_000_000)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync(HttpMethod.Post, "workflow-definitions", string.Concat(Enumerable.Repeat("{\"model\":", 500)))).Status);
        var name = await api.PostAsync("workflow-definitions", new { model = Api.Model(name: new string('n', 10_000)) });
        Assert.Contains("model.name", name.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync($"workflow-definitions?SearchTerm={new string('s', 5_000)}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.GetAsync("workflow-definitions?versionOptions=Nonsense")).Status);
    }

    [Theory]
    [InlineData("workflow-definitions/by-id/nope")]
    [InlineData("workflow-definitions/by-definition-id/nope")]
    [InlineData("workflow-definitions/nope/export")]
    [InlineData("workflow-definitions/subgraph/nope?parentNodeId=a")]
    [InlineData("workflow-instances/nope")]
    [InlineData("workflow-instances/nope/execution-state")]
    [InlineData("activity-executions/nope")]
    [InlineData("activity-executions/by-id?id=-")]
    [InlineData("descriptors/activities/Acme.Gone")]
    [InlineData("no-such-route")]
    [InlineData("/studio/..%2f..%2fpgw-server.dll")]
    [InlineData("/studio/_framework/%2e%2e/%2e%2e/pgw-server.dll")]
    [InlineData("/studio/definitions/%3Cscript%3E")]
    public async Task What_is_not_there_answers_404(string path)
    {
        await using var api = await Api.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(path)).Status);
    }

    [Fact]
    public async Task An_archive_that_is_a_trap_is_refused_as_a_whole()
    {
        await using var api = await Api.StartAsync();
        var good = Encoding.UTF8.GetBytes(Api.Model("good").ToJsonString());
        var bomb = new byte[20 * 1024 * 1024];
        Array.Fill(bomb, (byte)' ');
        foreach (var (entries, why) in new (IEnumerable<(string Name, byte[] Content)> Entries, string Why)[]
        {
            ([("a.json", good), ("bomb.json", bomb)], "unpacks"),
            (Enumerable.Range(0, 300).Select(i => ($"{i}.json", good)), "entries"),
            ([("a.json", good), ("b.json", "{\"name\": 5}"u8.ToArray())], "entry 2"),
        })
        {
            var answer = await UploadAsync(api, Zip(entries), "trap.zip");
            Assert.InRange((int)answer.Status, 400, 413);
            Assert.Contains(why, answer.Body, StringComparison.Ordinal);
            Assert.Contains("\"files\"", answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await UploadAsync(api, [1, 2, 3], "not.zip")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync("workflow-definitions/good")).Status);

        // A path in a name is only a name.
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync(api, Zip([("../../../../tmp/evil.json", good)]), "paths.zip")).Status);
        Assert.False(File.Exists("/tmp/evil.json"));
    }

    [Fact]
    public async Task Script_in_texts_is_data()
    {
        const string script = "<script>alert(1)</script>";
        await using var api = await Api.StartAsync();
        var saved = await api.SaveAsync(Api.Model(name: script, text: script), publish: true);
        Assert.Equal(script, (string)saved["name"]!);
        var answer = await api.GetAsync($"workflow-definitions/{saved["definitionId"]}");
        Assert.DoesNotContain("<script>", answer.Body, StringComparison.Ordinal); // Escaped in JSON, so no page can take it for markup.
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Content)> entries)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return memory.ToArray();
    }

    private static async Task<Answer> UploadAsync(Api api, byte[] content, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "files", name } };
        using var response = await api.Client.PostAsync("/elsa/api/workflow-definitions/import-files", form, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }
}
