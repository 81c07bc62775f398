using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing.Template;
using PgWorkflows.Engine.Instances;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Values;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Waking;

namespace PgWorkflows.Server.Triggers;

/// <summary>Finds what a request is for (elsa-contract 7.2): a workflow that begins with it, else a run that waits for it.</summary>
internal sealed class EndpointMatch(Installation installation)
{
    public const string Stimulus = "Elsa.HttpEndpoint";

    /// <summary>The workflows that begin with such a request; of several templates only those that are the most exact.</summary>
    public async Task<IReadOnlyList<(IndexedTrigger Trigger, RouteValueDictionary Route)>> TriggersAsync(string method, string path, CancellationToken cancellationToken)
    {
        var found = new List<(IndexedTrigger Trigger, RouteValueDictionary Route, decimal Precedence)>();
        foreach (var trigger in await installation.Triggers.OfTypeAsync(Stimulus, cancellationToken))
        {
            if (Engine.Programs.Triggers.MethodsOf(trigger.Trigger).Contains(method) && Route(trigger.Text("Path"), path) is var (route, precedence))
                found.Add((trigger, route, precedence));
        }

        var best = found.Count == 0 ? 0 : found.Min(one => one.Precedence);
        return [.. found.Where(one => one.Precedence == best).Select(one => (one.Trigger, one.Route))];
    }

    /// <summary>The runs that wait for such a request.</summary>
    public async Task<IReadOnlyList<(StoredWait Wait, RouteValueDictionary Route)>> WaitsAsync(
        string method, string path, string? correlationId, string? instanceId, CancellationToken cancellationToken)
    {
        var found = new List<(StoredWait, RouteValueDictionary)>();
        foreach (var wait in await installation.Waking.WaitsAsync(Stimulus, null, correlationId, instanceId, cancellationToken))
        {
            if (wait.Lookup?.Split(' ', 2) is [var verb, var template] && verb == method && Route(template, path) is var (route, _))
                found.Add((wait, route));
        }

        return found;
    }

    /// <summary>What the endpoint that a run waits in asks of a request; null when the run does not wait there any more.</summary>
    public async Task<AskedRequest?> AskedAsync(StoredWait wait, CancellationToken cancellationToken)
    {
        if (await installation.Instances.FindAsync(wait.InstanceId, cancellationToken) is not { } facts
            || await installation.Programs.OfRunAsync(facts.VersionId, facts.Uses, installation.Library, cancellationToken) is not { } program)
            return null;
        var state = await installation.Instances.StateAsync(wait.InstanceId, cancellationToken);
        if (state.Length == 0 || InstanceState.Read(state, program).Bookmarks.FirstOrDefault(bookmark => bookmark.Id == wait.BookmarkId) is not { } bookmark)
            return null;
        var payload = ValueConverter.ToElement(bookmark.Payload);
        JsonElement? Member(string name) => payload.ValueKind == JsonValueKind.Object
            ? payload.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null && member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(member => (JsonElement?)member.Value).FirstOrDefault() : null;
        return new(facts.VersionId, ValueConverter.ToText(Member("Policy")),
            Member("RequestSizeLimit") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out var bytes) ? bytes : null,
            TimeSpan.TryParse(ValueConverter.ToText(Member("RequestTimeout")), CultureInfo.InvariantCulture, out var timeout) ? timeout : null);
    }

    private static (RouteValueDictionary Route, decimal Precedence)? Route(string template, string path)
    {
        try
        {
            var parsed = TemplateParser.Parse(template.Trim('/'));
            var values = new RouteValueDictionary();
            foreach (var parameter in parsed.Parameters.Where(parameter => parameter.DefaultValue is not null))
                values[parameter.Name!] = parameter.DefaultValue;
            return new TemplateMatcher(parsed, new RouteValueDictionary(values)).TryMatch(path, values) ? (values, RoutePrecedence.ComputeInbound(parsed)) : null;
        }
        catch (ArgumentException)
        {
            return null; // Publishing refuses such a template; an older release may have let it through.
        }
    }
}

/// <summary>What the HttpEndpoint of a waiting run asks of the request that wakes it.</summary>
/// <param name="VersionId">The version that the run runs.</param>
/// <param name="Policy">A role or a permission; empty for none.</param>
/// <param name="SizeLimit">The largest body, in bytes.</param>
/// <param name="Timeout">How long the answer may take.</param>
internal sealed record AskedRequest(string VersionId, string Policy, long? SizeLimit, TimeSpan? Timeout);
