using System.Net;
using System.Text.Json.Nodes;

namespace PgWorkflows.Server.Tests;

/// <summary>Drafts, versions, publishing and retracting as Studio does it (elsa-contract 1.3 and 3.3).</summary>
public sealed class DefinitionTests
{
    [Fact]
    public async Task A_draft_is_saved_published_edited_reverted_and_deleted()
    {
        await using var api = await Api.StartAsync();
        var draft = await api.SaveAsync(Api.Model());
        var id = (string)draft["definitionId"]!;
        Assert.Equal((1, true, false), ((int)draft["version"]!, (bool)draft["isLatest"]!, (bool)draft["isPublished"]!));
        Assert.Equal("Workflow1:fc:a", (string?)draft["root"]!["activities"]![0]!["nodeId"]);
        Assert.Equal("""{"Unknown":[1,null]}""", draft["ours"]!.ToJsonString());

        // Saved again, the draft stays the same version.
        var again = await api.SaveAsync(Api.Model(id, "Hello again"));
        Assert.Equal(((string)draft["id"]!, 1), ((string)again["id"]!, (int)again["version"]!));

        var published = await api.PostAsync($"workflow-definitions/{id}/publish");
        Assert.False((bool)published.Json["alreadyPublished"]!);
        Assert.True((bool)(await api.PostAsync($"workflow-definitions/{id}/publish")).Json["alreadyPublished"]!);

        // Over a published version the next one begins; the published one stays.
        var second = await api.SaveAsync(Api.Model(id, "Second"));
        Assert.Equal(2, (int)second["version"]!);
        Assert.NotEqual((string)draft["id"]!, (string)second["id"]!);
        Assert.Equal(1, (int)(await api.GetAsync($"workflow-definitions/by-definition-id/{id}?versionOptions=Published")).Json["version"]!);

        var reverted = await api.PostAsync($"workflow-definitions/{id}/revert/1");
        Assert.Equal((HttpStatusCode.Created, 3, "Hello again"), (reverted.Status, (int)reverted.Json["version"]!, (string)reverted.Json["name"]!));

        var retracted = await api.PostAsync($"workflow-definitions/{id}/retract");
        Assert.Equal((HttpStatusCode.OK, false), (retracted.Status, (bool)retracted.Json["isPublished"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync($"workflow-definitions/{id}/retract")).Status);

        Assert.Equal(3, (int)(await api.GetAsync($"workflow-definitions?DefinitionIds={id}")).Json["totalCount"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"workflow-definitions/{id}/version/2")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"workflow-definitions/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.DeleteAsync($"workflow-definitions/{id}")).Status);
    }

    [Fact]
    public async Task A_version_that_was_run_never_changes_and_is_kept_for_its_runs()
    {
        await using var api = await Api.StartAsync();
        var draft = await api.SaveAsync(Api.Model());
        var (id, versionId) = ((string)draft["definitionId"]!, (string)draft["id"]!);
        await api.PostAsync($"workflow-definitions/{id}/execute", new { versionOptions = "Latest" });
        var next = await api.SaveAsync(Api.Model(id, text: "other"));
        Assert.Equal(2, (int)next["version"]!);
        await api.DeleteAsync($"workflow-definitions/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync($"workflow-definitions/by-definition-id/{id}")).Status);
        Assert.Equal(1, (int)(await api.GetAsync($"workflow-definitions?versionOptions=&Ids={versionId}")).Json["totalCount"]!);
        Assert.Equal("hello", (string?)(await api.GetAsync($"workflow-definitions/by-id/{versionId}")).Json["root"]!["activities"]![0]!["text"]!["expression"]!["value"]);
    }

    [Fact]
    public async Task A_shipped_definition_can_be_edited_and_falls_back_but_never_be_deleted()
    {
        await using var api = await Api.StartAsync();
        var shipped = (JsonObject)(await api.GetAsync("workflow-definitions/by-definition-id/quickCheck")).Json;
        Assert.Equal(HttpStatusCode.Forbidden, (await api.DeleteAsync("workflow-definitions/quickCheck")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.PostAsync("workflow-definitions/quickCheck/retract")).Status);

        shipped["description"] = "Ours";
        var edit = await api.SaveAsync(shipped, publish: true);
        Assert.Equal((2, true), ((int)edit["version"]!, (bool)edit["isPublished"]!));
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("workflow-definitions/quickCheck/retract")).Status);
        Assert.Equal(1, (int)(await api.GetAsync("workflow-definitions/by-definition-id/quickCheck?versionOptions=Published")).Json["version"]!);
        Assert.Equal("1", (await api.PostAsync("bulk-actions/delete/workflow-definitions/by-definition-id", new { definitionIds = new[] { "quickCheck" } })).Json["deleted"]!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync("workflow-definitions/by-definition-id/quickCheck")).Status);
    }

    [Fact]
    public async Task A_refused_publish_tells_its_reasons_and_stores_nothing()
    {
        await using var api = await Api.StartAsync();
        var model = Api.Model();
        model["root"]!["activities"]![0]!["type"] = "Acme.Gone";
        var refused = await api.PostAsync("workflow-definitions", new { model, publish = true });
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("Acme.Gone", refused.Json["errors"]!["generalErrors"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(0, (int)(await api.GetAsync("workflow-definitions?SearchTerm=Hello")).Json["totalCount"]!);

        // As a draft it may be kept: Studio draws a placeholder, and what it stands for survives.
        var draft = await api.SaveAsync(model);
        Assert.Equal("Elsa.NotFoundActivity", (string?)draft["root"]!["activities"]![0]!["type"]);
        var kept = await api.SaveAsync((JsonObject)draft.DeepClone());
        Assert.Contains("Acme.Gone", (string)kept["root"]!["activities"]![0]!["originalActivityJson"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_exported_can_be_imported_alone_and_as_an_archive()
    {
        await using var api = await Api.StartAsync();
        var first = await api.SaveAsync(Api.Model(name: "First"));
        var second = await api.SaveAsync(Api.Model(name: "Second"));
        var file = await api.GetAsync($"workflow-definitions/{first["definitionId"]}/export");
        Assert.StartsWith("https://elsaworkflows.io/schemas/workflow-definition", (string)file.Json["$schema"]!, StringComparison.Ordinal);
        var other = (JsonObject)file.Json;
        other["definitionId"] = "other";
        Assert.Equal("other", (string?)(await api.PostAsync("workflow-definitions/import", other)).Json["definitionId"]);

        using var response = await api.Client.PostAsync("/elsa/api/bulk-actions/export/workflow-definitions",
            new StringContent($$"""{"ids":["{{first["id"]}}","{{second["id"]}}"]}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var archive = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(archive), "files", "all.zip" } };
        using var imported = await api.Client.PostAsync("/elsa/api/workflow-definitions/import-files", form, TestContext.Current.CancellationToken);
        Assert.Equal("""{"count":2}""", await imported.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
