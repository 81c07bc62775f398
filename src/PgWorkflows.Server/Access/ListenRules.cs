using System.Net;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Access;

/// <summary>Where the server may listen: on loopback as it likes, beyond it with HTTPS only, unless the operator takes that on.</summary>
internal static class ListenRules
{
    /// <summary>The address when the configuration names none.</summary>
    public const string Standard = "http://127.0.0.1:5480";

    /// <summary>The addresses that Kestrel will take from the configuration.</summary>
    public static IReadOnlyList<string> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0)
            return endpoints;
        var urls = (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ports = Ports("http").Concat(Ports("https"));
        return [.. urls, .. urls.Length > 0 ? [] : ports];

        IEnumerable<string> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");
    }

    /// <exception cref="ServerConfigurationException">An address would send passwords and keys over the network in the clear.</exception>
    public static void Check(IReadOnlyCollection<string> addresses, ServerOptions options)
    {
        foreach (var address in addresses)
            CheckForm(address);
        var open = options.AllowPlainHttp ? [] : addresses.Where(address => !IsEncrypted(address) && !IsLoopback(address)).ToList();
        if (open.Count > 0)
        {
            throw new ServerConfigurationException([.. open.Select(address =>
                $"{address} listens beyond this machine without HTTPS, so passwords and keys could be read on the network. Use https:// with a certificate "
                + $"(Kestrel:Endpoints:Https:Url and Kestrel:Certificates:Default), or listen on 127.0.0.1, or set {ServerOptions.Section}:{nameof(ServerOptions.AllowPlainHttp)} to true "
                + "if something in front of this server encrypts.")]);
        }
    }

    private static void CheckForm(string address)
    {
        try
        {
            BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            throw new ServerConfigurationException([$"'{address}' is not an address to listen on. Give one such as http://127.0.0.1:5480."]);
        }
    }

    private static bool IsEncrypted(string address) => address.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string address)
    {
        if (address.StartsWith("http://unix:/", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://pipe:/", StringComparison.OrdinalIgnoreCase))
            return true;
        var host = BindingAddress.Parse(address).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
    }
}
