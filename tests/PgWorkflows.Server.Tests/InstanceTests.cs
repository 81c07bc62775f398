using System.Net;
using System.Text.Json.Nodes;
using PgWorkflows.Testing;

namespace PgWorkflows.Server.Tests;

/// <summary>Runs as Studio starts, lists, watches and ends them (elsa-contract 3.4 to 3.7).</summary>
public sealed class InstanceTests
{
    [Fact]
    public async Task A_run_is_listed_with_its_journal_and_its_executions()
    {
        await using var api = await Api.StartAsync();
        var definition = await api.SaveAsync(Api.Model("hello"), publish: true);
        var run = await api.PostAsync("workflow-definitions/hello/execute", new { correlationId = "c1" });
        var id = run.Headers["x-elsa-workflow-instance-id"];
        Assert.Equal("Finished", (string?)run.Json["workflowState"]!["subStatus"]);

        var listed = (await api.PostAsync("workflow-instances", new { page = 0, pageSize = 10, definitionIds = new[] { "hello" }, statuses = new[] { "Finished" }, hasIncidents = false, correlationId = "c1" })).Json;
        Assert.Equal((1, id), ((int)listed["totalCount"]!, (string)listed["items"]![0]!["id"]!));
        Assert.Equal(0, (int)(await api.PostAsync("workflow-instances", new { subStatuses = new[] { "Faulted" } })).Json["totalCount"]!);

        var journal = (await api.PostAsync($"workflow-instances/{id}/journal?skip=0&take=110", new { filter = new { excludedActivityTypes = new[] { "Elsa.Workflow", "Elsa.Flowchart" } } })).Json;
        Assert.Equal(["Started", "Completed"], journal["items"]!.AsArray().Select(entry => (string)entry!["eventName"]!));
        Assert.Equal("hello", (string?)journal["items"]![1]!["message"]);

        // The same node id everywhere (elsa-contract 10.4).
        var nodeId = (string)definition["root"]!["activities"]![0]!["nodeId"]!;
        Assert.Equal(nodeId, (string?)journal["items"]![0]!["nodeId"]);
        var report = (await api.PostAsync("activity-executions/report", new { workflowInstanceId = id, activityNodeIds = new[] { nodeId } })).Json["stats"]![0]!;
        Assert.Equal((1, 1, false), ((int)report["startedCount"]!, (int)report["completedCount"]!, (bool)report["isFaulted"]!));
        var record = (await api.GetAsync($"activity-executions/list?WorkflowInstanceId={id}&ActivityNodeId={nodeId}")).Json["items"]![0]!;
        Assert.Equal("hello", (string?)record["activityState"]!["Text"]);
        Assert.Equal((string?)record["id"], (string?)(await api.GetAsync($"activity-executions/by-id?id={record["id"]}")).Json["id"]);

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"workflow-instances/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.DeleteAsync($"workflow-instances/{id}")).Status);
    }

    [Fact]
    public async Task A_waiting_run_and_its_child_end_when_they_are_cancelled()
    {
        await using var api = await Api.StartAsync();
        await api.SaveAsync(Delay("child", "01:00:00"), publish: true);
        var parent = Api.Model("parent");
        parent["root"]!["activities"]![0] = JsonNode.Parse("""
            { "id": "x", "type": "Elsa.ExecuteWorkflow", "version": 1,
              "workflowDefinitionId": { "typeName": "String", "expression": { "type": "Literal", "value": "child" } } }
            """);
        await api.SaveAsync(parent, publish: true);
        var run = await api.PostAsync("workflow-definitions/parent/execute");
        var id = run.Headers["x-elsa-workflow-instance-id"];
        Assert.Equal("Suspended", (string?)run.Json["workflowState"]!["subStatus"]);

        var child = (await api.PostAsync("workflow-instances", new { definitionId = "child" })).Json["items"]![0]!;
        Assert.Equal(id, (string?)(await api.GetAsync($"workflow-instances/{child["id"]}")).Json["parentWorkflowInstanceId"]);
        Assert.Equal(HttpStatusCode.Conflict, (await api.DeleteAsync($"workflow-instances/{id}")).Status);

        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"cancel/workflow-instances/{id}")).Status);
        foreach (var one in new[] { id, (string)child["id"]! })
            Assert.Equal("Cancelled", (string?)(await api.GetAsync($"workflow-instances/{one}/execution-state")).Json["subStatus"]);
    }

    [Fact]
    public async Task A_child_that_ends_wakes_its_parent()
    {
        await using var api = await Api.StartAsync();
        await api.SaveAsync(Delay("child", "00:00:00.3"), publish: true);
        var parent = Api.Model("parent");
        parent["root"]!["activities"]![0] = JsonNode.Parse("""
            { "id": "x", "type": "Elsa.DispatchWorkflow", "version": 1,
              "workflowDefinitionId": { "typeName": "String", "expression": { "type": "Literal", "value": "child" } },
              "waitForCompletion": { "typeName": "Boolean", "expression": { "type": "Literal", "value": true } } }
            """);
        await api.SaveAsync(parent, publish: true);
        var id = (await api.PostAsync("workflow-definitions/parent/execute")).Headers["x-elsa-workflow-instance-id"];
        for (var i = 0; i < 100 && (string?)(await api.GetAsync($"workflow-instances/{id}/execution-state")).Json["status"] == "Running"; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal("Finished", (string?)(await api.GetAsync($"workflow-instances/{id}/execution-state")).Json["subStatus"]);
    }

    [Fact]
    public async Task Only_what_is_published_acts_and_only_on_a_resource_that_is_free()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        await using var api = await Api.StartAsync(cluster.Resource);
        var model = Stop("stop-it", pause: "00:00:00");
        await api.SaveAsync(model);
        var draft = await api.PostAsync("workflow-definitions/stop-it/execute", new { versionOptions = "Latest" });
        Assert.Contains("only published workflows", draft.Body, StringComparison.Ordinal);
        Assert.True(File.Exists(cluster.PidFile));

        // One workflow stops the server and keeps the resource while it waits; another one is told who has it.
        await api.SaveAsync(Stop("holder", pause: "01:00:00"), publish: true);
        var holder = await api.PostAsync("workflow-definitions/holder/execute");
        Assert.Equal("Suspended", (string?)holder.Json["workflowState"]!["subStatus"]);
        Assert.False(File.Exists(cluster.PidFile));
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("workflow-definitions/stop-it/publish")).Status);
        var busy = await api.PostAsync("workflow-definitions/stop-it/execute");
        Assert.Contains(holder.Headers["x-elsa-workflow-instance-id"], busy.Json["workflowState"]!["incidents"]![0]!["message"]!.ToString(), StringComparison.Ordinal);
        var action = await api.PostAsync("workflow-definitions/restore/execute", new { input = new Dictionary<string, string> { ["Resource"] = "main" } });
        Assert.Equal(HttpStatusCode.Conflict, action.Status);
        await api.PostAsync($"cancel/workflow-instances/{holder.Headers["x-elsa-workflow-instance-id"]}");
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("workflow-definitions/restore/execute", new { input = new Dictionary<string, string> { ["Resource"] = "main" } })).Status);
    }

    private static JsonObject Delay(string id, string span)
    {
        var model = Api.Model(id, id);
        model["root"]!["activities"]![0] = JsonNode.Parse($$"""
            { "id": "d", "type": "Elsa.Delay", "version": 1, "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "{{span}}" } } }
            """);
        return model;
    }

    private static JsonObject Stop(string id, string pause)
    {
        var model = Delay(id, pause);
        model["root"]!["activities"]!.AsArray().Insert(0, JsonNode.Parse("""
            { "id": "s", "type": "PgWorkflows.StopService", "version": 1, "resource": { "typeName": "String", "expression": { "type": "Literal", "value": "main" } } }
            """));
        model["root"]!["connections"] = JsonNode.Parse("""
            [ { "source": { "activity": "s", "port": "Succeeded" }, "target": { "activity": "d", "port": "In" } },
              { "source": { "activity": "s", "port": "Failed" }, "target": { "activity": "d", "port": "In" } } ]
            """);
        return model;
    }
}
