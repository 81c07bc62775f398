using PgWorkflows.Runtime.Upgrades;

namespace PgWorkflows.Cli.Targets;

// Definitions of a server.
internal sealed partial class ServerTarget
{
    public async Task<IReadOnlyList<DefinitionStatus>> DefinitionsAsync(CancellationToken cancellationToken) => await GetAsync<DefinitionStatus[]>("definitions", cancellationToken);

    public Task<DefinitionComparison> CompareAsync(string definitionId, CancellationToken cancellationToken) =>
        GetAsync<DefinitionComparison>($"definitions/{Uri.EscapeDataString(definitionId)}/difference", cancellationToken);

    public Task<PublishedUpgrade> AcceptAsync(string definitionId, CancellationToken cancellationToken) => PostAsync(definitionId, "accept", cancellationToken);

    public Task<PublishedUpgrade> ResetAsync(string definitionId, CancellationToken cancellationToken) => PostAsync(definitionId, "reset", cancellationToken);

    private async Task<PublishedUpgrade> PostAsync(string definitionId, string what, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"definitions/{Uri.EscapeDataString(definitionId)}/{what}", cancellationToken);
        return await ReadAsync<PublishedUpgrade>(answer, cancellationToken);
    }
}
