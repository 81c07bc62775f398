using System.Text.Json.Nodes;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Definitions;
using Xunit;

namespace PgWorkflows.Runtime.Tests;

/// <summary>Shipped definitions and edits of them: an upgrade never overwrites an edit, it offers.</summary>
public sealed class OfferTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgw-offer-tests-").FullName;
    private readonly DefinitionStore _store;

    public OfferTests() => _store = new(Database.Open(_folder), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_newer_file_is_published_until_somebody_has_edited_and_is_offered_from_then_on()
    {
        await _store.ImportAsync([Shipped("one")], Cancel);
        await _store.ImportAsync([Shipped("two")], Cancel);
        Assert.Equal("two", await PublishedAsync());

        var edit = await _store.SaveDraftAsync("w", Json("ours"), Cancel);
        Assert.Equal("two", await PublishedAsync()); // A draft does not act.
        Assert.NotNull(await _store.PublishAsync(edit, Cancel));
        await _store.ImportAsync([Shipped("two")], Cancel);
        Assert.Empty(await _store.OffersAsync(Cancel)); // What the edit was made from is no news.

        await _store.ImportAsync([Shipped("three")], Cancel);
        await _store.ImportAsync([Shipped("three")], Cancel);
        Assert.Equal("ours", await PublishedAsync());
        var offer = Assert.Single(await _store.OffersAsync(Cancel));
        Assert.Equal("three", offer.Definition.Description);

        // Accepted, the offer acts and is no offer any more.
        Assert.NotNull(await _store.PublishAsync(offer, Cancel));
        Assert.Equal("three", await PublishedAsync());
        Assert.Empty(await _store.OffersAsync(Cancel));
    }

    [Fact]
    public async Task Retracting_an_edit_brings_the_newest_shipped_version_back()
    {
        await _store.ImportAsync([Shipped("one")], Cancel);
        await _store.PublishAsync(await _store.SaveDraftAsync("w", Json("ours"), Cancel), Cancel);
        await _store.ImportAsync([Shipped("two")], Cancel);
        await _store.RetractAsync("w", Cancel);
        Assert.Equal("two", await PublishedAsync());
        Assert.Empty(await _store.OffersAsync(Cancel));
    }

    [Fact]
    public async Task A_draft_that_changed_since_it_was_looked_at_is_not_published()
    {
        var seen = await _store.SaveDraftAsync("w", Json("seen"), Cancel);
        await _store.SaveDraftAsync("w", Json("changed"), Cancel);
        Assert.Null(await _store.PublishAsync(seen, Cancel));
        Assert.Null(await PublishedAsync());
    }

    [Fact]
    public async Task Many_saves_at_once_leave_one_latest_draft()
    {
        await _store.ImportAsync([Shipped("one")], Cancel);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _store.SaveDraftAsync("w", Json($"draft {i}"), Cancel), Cancel)));
        var (versions, _) = await _store.ListAsync(new() { DefinitionIds = ["w"] }, Cancel);
        Assert.Equal(2, versions.Count);
        Assert.Single(versions, version => version.IsLatest);
    }

    [Fact]
    public async Task Several_drafts_are_stored_all_or_none()
    {
        await Assert.ThrowsAsync<UnreadableDefinitionException>(() => _store.SaveDraftsAsync([("a", Json("good")), ("b", [])], Cancel));
        Assert.Empty((await _store.ListAsync(new(), Cancel)).Items);

        await _store.SaveDraftsAsync([("a", Json("one")), ("a", Json("two")), ("b", Json("three"))], Cancel);
        Assert.Equal(["three", "two"], (await _store.ListAsync(new(), Cancel)).Items.Select(version => version.Definition.Description).Order());
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string?> PublishedAsync() => (await _store.ChooseAsync("w", new(VersionKind.Published), Cancel))?.Definition.Description;

    private static WorkflowDefinition Shipped(string description) => DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(Json(description).ToJsonString())).Definition!;

    private static JsonObject Json(string description) => new()
    {
        ["definitionId"] = "w",
        ["name"] = "W",
        ["description"] = description,
        ["root"] = new JsonObject { ["id"] = "s", ["type"] = "Elsa.Sequence", ["activities"] = new JsonArray() },
    };
}
